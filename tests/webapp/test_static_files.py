"""Promises of static files: one script, one address."""

import re
from pathlib import Path

from webapp.static_files import HashedStaticFiles

IMPORT = re.compile(r'\b(?:import|from)\s*"(\.[^"]+)"')


def test_imports_name_the_same_address_as_pages_do(tmp_path: Path) -> None:
    """A script that another one imports has the address by which a page loads it, or it would run twice."""
    source, target = Path(__file__).parents[2] / "static", tmp_path / "static"
    for path in (source / "js").glob("*.js"):
        (target / "js").mkdir(parents=True, exist_ok=True)
        (target / "js" / path.name).write_bytes(path.read_bytes())
    storage = HashedStaticFiles(location=str(target), base_url="/static/")
    names = {f"js/{path.name}": (storage, f"js/{path.name}") for path in (target / "js").glob("*.js")}
    failed = [name for name, _, done in storage.post_process(names) if isinstance(done, Exception)]
    assert failed == []
    imported = 0
    for name in names:
        hashed = target / storage.stored_name(name)
        for address in IMPORT.findall(hashed.read_text(encoding="utf-8")):
            plain = (hashed.parent / address).resolve().relative_to(target.resolve()).as_posix()
            assert plain in {storage.stored_name(each) for each in names}
            imported += 1
    assert imported >= 2
