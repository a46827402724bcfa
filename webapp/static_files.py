"""Static files under names with a hash of their content, also where one script of ours imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = r"""(?P<matched>import(?P<import>[\s\{][^;"']*?)\s*from\s*["'](?P<url>\./[^"']+)["']\s*;)"""


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Imports are rewritten too: a module that is reached by two addresses would run twice.

    Only in our own scripts: others have imports in their comments, of files that are not there.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORT, 'import%(import)s from "%(url)s";'),)),
    )
