"""Every failure of accounts, one tree; faces map it to HTTP.

AccountsError
├── SignInNeeded     nobody is asking, and guests are switched off          redirect to sign-in
├── TooMany          too often from one address or person; when to return   429
├── HandleRefused    a handle that breaks the rules or was given before     form error
├── LinkRefused      a one-time link that is used, expired or unknown       410
├── RoleRefused      a role that may not be given or taken                  form error
└── TokenRefused     an API token that cannot be made so                    form error
"""


class AccountsError(Exception):
    """Base of the tree. `sentence` is for people, `code` for machines."""

    code = "error"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SignInNeeded(AccountsError):
    code = "sign_in_needed"


class TooMany(AccountsError):
    code = "too_many"

    def __init__(self, sentence: str, *, retry_after_s: int) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class HandleRefused(AccountsError):
    code = "handle_refused"


class LinkRefused(AccountsError):
    code = "link_refused"


class TokenRefused(AccountsError):
    code = "token_refused"


class RoleRefused(AccountsError):
    code = "role_refused"
