"""Adding a secret to a source and withdrawing it, so that a sender's secret can be changed without a gap."""

import base64
import secrets
from collections.abc import Mapping
from enum import StrEnum

from carriers import SOURCES
from carriers.kinds import PushedKind
from carriers.signatures import standard_webhook_key
from connector.intake.keyring import Keyring, KnownSecret
from connector.settings import TRY_OUT_SECRET, ShopSettings, SourceSettings
from connector.store.source_secrets import SourceSecret
from connector.tokens import HOW_TO_MAKE_A_KEY


class SecretRefusal(StrEnum):
    """Why a secret was not added or withdrawn."""

    NO_SECRETS = "no_secrets"
    NO_TOKEN_KEY = "no_token_key"  # noqa: S105 - a word, no secret
    UNUSABLE = "unusable_secret"
    PUBLIC = "public_secret"
    KNOWN = "known_secret"
    NONE_SUCH = "no_secret"


class SecretRefused(Exception):
    """Nothing was changed. ``said`` and ``mend`` are sentences for people, and hold no secret."""

    def __init__(self, refusal: SecretRefusal, said: str, mend: str) -> None:
        super().__init__(said)
        self.refusal = refusal
        self.said = said
        self.mend = mend


class SecretDesk:
    """Changes the secrets of sources that send webhooks."""

    def __init__(
        self, sources: Mapping[str, SourceSettings], shops: Mapping[str, ShopSettings], keyring: Keyring
    ) -> None:
        self._sources = sources
        self._shops = shops
        self._keyring = keyring

    @property
    def can_keep(self) -> bool:
        """Whether secrets can be added: there is a key to seal them with."""
        return self._keyring.can_keep

    async def add(self, name: str, given: str, who: str) -> tuple[KnownSecret, str]:
        """Adds the secret that the sender gave, or one that is made here; gives it with what is known of it.

        Raises:
            SecretRefused: with the reason.
            StoreUnavailable: nothing was kept.
        """
        source = self._sources[name]
        kind = self._kind(source)
        if not self._keyring.can_keep:
            raise SecretRefused(
                SecretRefusal.NO_TOKEN_KEY,
                "Secrets are kept sealed, and there is no key to seal them with.",
                f"Set store.token_key and restart. Make one with: {HOW_TO_MAKE_A_KEY}",
            )
        secret = given.strip() or made_for(kind)
        if problem := kind.check_secret(secret):
            raise SecretRefused(
                SecretRefusal.UNUSABLE,
                f"This cannot be a secret of this source: {problem}",
                "Copy it once more from where the sender shows it, or leave it out and give the sender the one "
                "that is made here.",
            )
        if not self._shops[source.shop].rehearsal and standard_webhook_key(secret) == _PUBLIC:
            raise SecretRefused(SecretRefusal.PUBLIC, "The try-out secret is public.", "Take one of your own.")
        added = await self._keyring.add(name, secret, who)
        if added is None:
            raise SecretRefused(SecretRefusal.KNOWN, "This secret is valid already.", "There is nothing to do.")
        return added, secret

    async def withdraw(self, name: str, secret_id: int, who: str) -> SourceSecret:
        """Withdraws a secret that was added. Those of the settings can only be removed there.

        Raises:
            SecretRefused: with the reason.
            StoreUnavailable: it still holds.
        """
        self._kind(self._sources[name])
        withdrawn = await self._keyring.withdraw(name, secret_id, who)
        if withdrawn is None:
            raise SecretRefused(
                SecretRefusal.NONE_SUCH,
                "This source has no added secret of this number.",
                "Look at the source again; it may be withdrawn already.",
            )
        return withdrawn

    def _kind(self, source: SourceSettings) -> PushedKind:
        kind = SOURCES[source.kind]
        if not isinstance(kind, PushedKind) or (kind.key_set is not None and not source.secrets):
            raise SecretRefused(
                SecretRefusal.NO_SECRETS,
                f"A source of the kind {source.kind} is proved by no secret.",
                "The page of its kind says what proves it.",
            )
        return kind


_PUBLIC = standard_webhook_key(TRY_OUT_SECRET)


def made_for(kind: PushedKind) -> str:
    """A new secret as Standard Webhooks writes it, which others take as any text; one that fits into an address."""
    if kind.secret_in_path:
        return secrets.token_urlsafe(32)
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
