"""A passkey in software: answers registration and sign-in as a browser with a key would."""

import json
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

ORIGIN = "http://testserver"
FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class SoftPasskey:
    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.user_handle = ""

    def register(self, options: dict) -> dict:
        asked = options["publicKey"]
        self.user_handle = asked["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        attested = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = AuthenticatorData.create(
            sha256(asked["rp"]["id"].encode()), FLAGS | AuthenticatorData.FLAG.AT, 0, bytes(attested)
        )
        attestation = AttestationObject.create("none", data, {})
        client = self._client_data("webauthn.create", asked["challenge"])
        told = {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(bytes(attestation)),
        }
        return self._answer(told) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def sign(self, options: dict) -> dict:
        asked = options["publicKey"]
        data = AuthenticatorData.create(sha256(asked["rpId"].encode()), FLAGS, 1)
        client = self._client_data("webauthn.get", asked["challenge"])
        signature = self.key.sign(bytes(data) + sha256(client), ec.ECDSA(hashes.SHA256()))
        told = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(bytes(data)),
            "signature": websafe_encode(signature),
            "userHandle": self.user_handle,
        }
        return self._answer(told)

    def _answer(self, response: dict) -> dict:
        id = websafe_encode(self.id)
        return {
            "type": "public-key",
            "id": id,
            "rawId": id,
            "response": response,
            "clientExtensionResults": {},
        }

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": ORIGIN, "crossOrigin": False}
        ).encode()
