"""Proof that an entry is in the ledger, to be checked by anybody who has the public key.

The proof of an entry leads from its content over its digest, its place in the chain and the
Merkle tree to the root that a signed checkpoint states. Whoever keeps a later checkpoint needs
nothing else from the portal.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed
from portal.ledger import chain
from portal.ledger.checkpoints import Keys, Signed
from portal.ledger.models import Checkpoint, Entry, Seal
from portal.ledger.records import canonical, content_of


@dataclass(frozen=True, slots=True)
class Proof:
    """All that a verifier needs; ``content`` is the canonical JSON that the digest covers."""

    content: str
    previous: str
    path: tuple[chain.Step, ...]
    previous_root: str
    checkpoint: Signed

    def as_dict(self) -> dict[str, Any]:
        """For programs and files."""
        return asdict(self)


def proof_of(entry: Entry) -> Proof:
    """Proof of inclusion under the first checkpoint that covers ``entry``.

    NotAllowed while there is none yet (at most a minute after the entry).
    """
    seal = Seal.objects.filter(entry=entry).first()
    covering = (
        Checkpoint.objects.filter(seq__gte=seal.seq).order_by("seq").first() if seal else None
    )
    if seal is None or covering is None:
        raise NotAllowed(
            _("This entry is not under a signed checkpoint yet."),
            remedy=_("A checkpoint is signed every minute; try again then."),
            code="not_signed_yet",
        )
    before = Checkpoint.objects.filter(seq__lt=covering.seq).order_by("-seq").first()
    first = before.seq + 1 if before else 1
    values = list(
        Seal.objects.filter(seq__range=(first, covering.seq))
        .order_by("seq")
        .values_list("hash", flat=True)
    )
    previous = Seal.objects.filter(seq=seal.seq - 1).values_list("hash", flat=True).first()
    return Proof(
        content=canonical(content_of(entry)).decode(),
        previous=previous or chain.GENESIS,
        path=tuple(chain.audit_path(values, seal.seq - first)),
        previous_root=before.root if before else chain.EMPTY_ROOT,
        checkpoint=Signed.of(covering),
    )


def fault_of(proof: Proof, keys: Keys) -> str:
    """Why the proof does not hold; empty when it does. Needs no database."""
    sealed = chain.link(proof.previous, chain.digest(proof.content.encode()))
    root = chain.chain_roots(proof.previous_root, chain.root_from_path(sealed, proof.path))
    if root != proof.checkpoint.summary.root:
        return "the content is not what the checkpoint covers"
    return keys.fault(proof.checkpoint)
