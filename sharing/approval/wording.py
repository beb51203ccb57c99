"""What the codes mean, for the reference document; pages have their own, translated texts."""

from collections.abc import Mapping
from typing import Final

from sharing.approval.blueprint import FaultCode
from sharing.approval.relations import Relation
from sharing.approval.terms import (
    Decides,
    DenialCode,
    ItemStatus,
    Lane,
    NoteCode,
    RefusalCode,
)

STATUSES: Final[Mapping[ItemStatus, str]] = {
    ItemStatus.DRAFT: "being written, no chain yet",
    ItemStatus.HOME_REVIEW: "waits for the own sharing office or an authority",
    ItemStatus.PROVIDER_REVIEW: "waits for the provider; the reply clock runs",
    ItemStatus.SUPPLEMENT: "waits for the applicant to supply what is missing",
    ItemStatus.CONSENTED: "every stage is done, a grant follows; final",
    ItemStatus.REFUSED: "refused with a reason; final",
    ItemStatus.WITHDRAWN: "taken back by the applicant; final",
}

RELATIONS: Final[Mapping[Relation, str]] = {
    Relation.APPLICANT: "the applicant, or who stands in for the applicant now; nothing else",
    Relation.DELEGATE: "works on the current stage for its holder",
    Relation.DELEGATOR: "has the current stage and let somebody else work on it",
    Relation.ADDED_SIGNER: "signs the current stage beside its holder and has not signed yet",
    Relation.HOLDER: "may decide the current stage: by its post, or as the one who has it",
    Relation.COLLEAGUE: "holds the post of the current stage while somebody else has the stage",
    Relation.SIGNER: "gave the last signature, and nobody has acted since",
    Relation.CONSULTED: "was asked for an opinion and has not answered",
    Relation.OTHER_HOLDER: "holds the post of another stage of the chain",
    Relation.MANAGER: "heads the office of the current stage, or the authority over that office",
    Relation.AUTHORITY: "works in the authority of the provider's level",
    Relation.OUTSIDER: "everybody else, administrators and superusers included",
}

DECIDES: Final[Mapping[Decides, str]] = {
    Decides.SEND: "whether the need is real and the application may be sent (article 20)",
    Decides.CONFORMITY: "whether basis and purpose fit and the application is no repetition",
    Decides.RELAY: "whether the application may go on to the next level",
    Decides.COORDINATION: "whether the provider's region must coordinate anything",
    Decides.ANSWER: "whether to share (one stage is enough)",
    Decides.SCOPE: "which fields are given",
    Decides.SECURITY: "the security opinion on data of important or core grade",
    Decides.CONSENT: "whether to share (article 20)",
    Decides.APPROVAL: "the approval for data of important or core grade",
}

LANES: Final[Mapping[Lane, str]] = {
    Lane.UNCONDITIONAL: "entries shared with every department",
    Lane.CONDITIONAL: "entries shared on conditions",
    Lane.REFLUX: "a lower level takes back its own region's rows (article 24)",
}

REFUSALS: Final[Mapping[RefusalCode, str]] = {
    RefusalCode.LAW_FORBIDS: "a law forbids it; a citation is required",
    RefusalCode.NOT_HELD: "the department does not hold the data",
    RefusalCode.NOT_READY: "the data cannot be shared yet",
    RefusalCode.BEYOND_DUTY: "the applicant's duties do not need it",
    RefusalCode.UNTRUE: "the application is not true (article 20)",
    RefusalCode.UNLAWFUL: "the application is not lawful (article 20)",
    RefusalCode.UNNECESSARY: "the application is not necessary (article 20)",
    RefusalCode.SECURITY: "the data would not be safe",
    RefusalCode.OTHER: "another reason, told in the text",
}

DENIALS: Final[Mapping[DenialCode, str]] = {
    DenialCode.STALE: "something happened since the page was opened",
    DenialCode.CLOSED: "the case has ended",
    DenialCode.NOT_SUBMITTED: "the application is still a draft",
    DenialCode.ALREADY_SUBMITTED: "the application was submitted before",
    DenialCode.NOT_THE_APPLICANT: "only the applicant, or who stands in, may do this",
    DenialCode.NO_SUPPLEMENT_ASKED: "nobody asked for a supplement",
    DenialCode.AWAITING_SUPPLEMENT: "the applicant's supplement comes first",
    DenialCode.OWN_APPLICATION: "nobody decides their own application",
    DenialCode.STANDS_IN_FOR_APPLICANT: "who stands in for the applicant does not decide either",
    DenialCode.ACTED_FOR_APPLICANT: "who acted for the applicant does not decide either",
    DenialCode.NOT_YOUR_TURN: "another stage of the chain is waiting",
    DenialCode.NOT_A_HOLDER: "none of the actor's posts is in the chain",
    DenialCode.ALREADY_SIGNED: "a signature in the same name stands on this chain already",
    DenialCode.NEEDED_LATER: "a later stage has no other signer, and this one has",
    DenialCode.NOTHING_ASKED: "no field is asked for",
    DenialCode.PERIOD_REVERSED: "the period of use ends before it begins",
    DenialCode.PERIOD_PAST: "the period of use is over",
    DenialCode.ROWS_NOT_OWN_REGION: "reflux returns the rows of the own region only (R25)",
    DenialCode.NARROWED_TO_NOTHING: "no field would be left; refuse instead",
    DenialCode.NARROWING_WIDENS: "fields, rows, days or clear text that are not asked for cannot be given",
    DenialCode.REASON_MISSING: "a refusal needs a text (article 21)",
    DenialCode.REASON_NOT_ALLOWED: "this reason is not open to this stage",
    DenialCode.CITATION_MISSING: "the reason needs the law it rests on (R18)",
    DenialCode.SUPPLEMENT_USED: "a supplement was asked for before (R17)",
    DenialCode.GAPS_MISSING: "everything missing must be named with its remedy (R17)",
    DenialCode.NOTHING_CHANGED: "the supplement supplies nothing",
    DenialCode.CHAIN_MISSING: "changed terms need a newly planned chain",
    DenialCode.WITH_SOMEBODY_ELSE: "another official of the office has the stage",
    DenialCode.DELEGATED: "a delegate works on the stage; it comes back or is called back first",
    DenialCode.DELEGATE_PREPARES: "a delegate prepares and hands back; the holder decides",
    DenialCode.ADDED_ONLY_SIGNS: "an added signer signs; everything else is the holder's",
    DenialCode.AWAITING_ADDED: "added signers come first, or nothing but them is awaited",
    DenialCode.AWAITING_HOLDER: "the added signer signs after the holder",
    DenialCode.ALREADY_CLAIMED: "somebody has the stage already",
    DenialCode.NOT_CLAIMED: "only what was claimed can be released",
    DenialCode.SEVERAL_SIGN: "several holders sign the stage, so it cannot be one person's",
    DenialCode.NOT_DELEGATED: "the stage is not delegated to or by the actor",
    DenialCode.NOT_LAST_SIGNER: "there is no signature of the actor, or somebody has acted since",
    DenialCode.NO_ADDED_SIGNER: "no added signer is awaited, or not this one",
    DenialCode.NOT_CONSULTED: "nobody asked the actor for an opinion, or it was given",
    DenialCode.MAY_NOT_URGE: "only the applicant and the provider's authority remind",
    DenialCode.URGED_TODAY: "one reminder of each side counts for one working day",
    DenialCode.NOT_WITH_PROVIDER: "the reply clock does not run before the provider has the case",
    DenialCode.NOT_THE_AUTHORITY: "only the authority of the provider's level decides this",
    DenialCode.NOT_THE_MANAGER: "only the head of the office or of its authority may",
    DenialCode.EXTENSION_OPEN: "an extension is asked for and not decided",
    DenialCode.EXTENSION_USED_UP: "the reply was extended by ten working days (R13)",
    DenialCode.NO_EXTENSION_ASKED: "nobody asked for an extension",
    DenialCode.OWN_EXTENSION: "who asked for an extension does not decide on it",
    DenialCode.NOBODY_NAMED: "nobody, somebody twice, or fewer people than must sign are named",
    DenialCode.TARGET_UNFIT: "none of that person's posts fits the stage (R19)",
    DenialCode.TARGET_IS_APPLICANT: "the applicant's side has no hand in the decision (R19)",
    DenialCode.TARGET_SIGNED: "that person signed another stage of the chain (R19)",
    DenialCode.TARGET_HAS_IT: "that person has the stage, or is asked already",
    DenialCode.TEXT_MISSING: "this needs a text",
    DenialCode.DAYS_OUT_OF_RANGE: "one to ten working days in all (R13)",
    DenialCode.LIMIT_PASSED: "the limit ran out before more time was asked for",
}

NOTES: Final[Mapping[NoteCode, str]] = {
    NoteCode.NEAREST_AUTHORITY: "the region has no authority of its own, the nearest above acts",
    NoteCode.EQUAL_NEIGHBOURS_MERGED: "two neighbouring stages of one office became one",
    NoteCode.NO_HOLDER: "nobody holds the post",
    NoteCode.HOLDER_ABSENT: "every holder is absent",
    NoteCode.ONLY_HOLDER_IS_APPLICANT: "only the applicant or a stand-in holds the post",
    NoteCode.ONLY_HOLDER_SIGNS_ELSEWHERE: "every holder is needed for another stage",
    NoteCode.CONSENTS_MUST_DIFFER: "the two departments' consents must differ (R19)",
    NoteCode.FELL_TO_SUBSTITUTE: "a substitute signs",
    NoteCode.FELL_TO_PARENT_DEPARTMENT: "the department of the unit signs",
    NoteCode.FELL_TO_CLERK: "the clerk signs",
    NoteCode.FELL_TO_DEPARTMENT_HEAD: "the head of department signs",
    NoteCode.FELL_TO_AUTHORITY_HEAD: "the head of the authority signs",
    NoteCode.FELL_TO_AUTHORITY: "the authority of the region signs",
    NoteCode.ANSWERED_BY_RULE: "granted by rule, the provider is told",
}

FAULTS: Final[Mapping[FaultCode, str]] = {
    FaultCode.SAME_DEPARTMENT: "a department cannot apply to itself",
    FaultCode.NON_SHARED: "the entry is not shared",
    FaultCode.NOT_A_SUPERIOR: "reflux comes from a department of a region above",
    FaultCode.REGIONS_DO_NOT_MEET: "the two regions have no common superior",
    FaultCode.NO_AUTHORITY: "neither the region nor one above has an authority",
    FaultCode.NO_HOLDER: "nobody can sign for this post, nor for those it falls to",
}
