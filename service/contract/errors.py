"""The errors of the project, named by what the caller can do about them.

LeakInspectionError
├── PictureError           send another picture
│   ├── NotAPicture        ... as a whole JPEG or PNG
│   └── PictureTooLarge    ... with fewer bytes or pixels
├── ArtifactError          deploy another artefact
│   ├── ArtifactMissing    ... there is none at that place
│   └── ArtifactInvalid    ... this one is damaged, or from another version
├── RequestError           send another request
│   ├── MalformedBody      ... with a body that can be parsed
│   ├── MalformedField     ... with a value that fits the field
│   │   └── TooBroad       ... with a filter that matches less
│   ├── BodyTooLarge       ... with fewer bytes or crops
│   ├── NotFound           ... for something that exists
│   │   └── PictureGone    ... other than a picture that is no longer kept
│   ├── AlreadyRunning     ... when the one before it is done
│   ├── Conflict           ... after a look at what has changed meanwhile
│   ├── Misdirected        ... to a name of this service
│   ├── CrossOrigin        ... from the service's own page
│   ├── Unauthenticated    ... with a key
│   └── Forbidden          ... with a key of another role
├── Unavailable            send the next picture after a pause
│   ├── NotReady           ... when /health/ready is green
│   ├── ScoringFailed      ... when the self-test has passed again
│   ├── TooManyLogins      ... with the right key
│   ├── Overloaded         ... when the service has a free place
│   │   └── ShareTaken     ... when fewer requests of this client are in flight
│   ├── JournalUnavailable ... when decisions can be kept again
│   ├── RecordDamaged      ... when the file of the record has been replaced
│   ├── SchemaMissing      ... when the tables of the shared record are there again
│   └── EntriesMissing     ... when what was lost of the shared record has been copied again
├── DeadlineExceeded       send a fresh picture
├── DataError              fit or evaluate on other pictures
│   └── TooFewPictures     ... on more of them
├── RecipeError            correct the recipe
├── CommissioningRefused   arm the camera with another artefact, or commission it on other pictures
├── FitFailed              fit with another seed or learning rate
├── ExportRefused          find out why the artefact is not what was trained; nothing was written
└── SetupError             start the program in another way
"""


class LeakInspectionError(Exception):
    """Whatever this project raises on purpose; its text is fit for the caller to read."""


class PictureError(LeakInspectionError):
    """The bytes cannot be turned into a picture."""


class NotAPicture(PictureError):
    """The bytes are not a whole JPEG or PNG."""


class PictureTooLarge(PictureError):
    """The picture has more bytes or pixels than may be decoded."""


class ArtifactError(LeakInspectionError):
    """An artefact cannot be served."""


class ArtifactMissing(ArtifactError):
    """There is no artefact at that place."""


class ArtifactInvalid(ArtifactError):
    """The artefact is damaged, incomplete or made by a newer version."""


class RequestError(LeakInspectionError):
    """The request cannot be answered as it was sent."""


class MalformedBody(RequestError):
    """The body cannot be parsed."""


class MalformedField(RequestError):
    """A parameter does not have the form that its field asks for."""


class TooBroad(MalformedField):
    """A search took longer than it may; nothing is wrong with it but its size."""


class BodyTooLarge(RequestError):
    """The body has more bytes or crops than may be sent at once."""


class NotFound(RequestError):
    """What was asked for does not exist, or no longer does."""


class PictureGone(NotFound):
    """The picture of a decision was never kept, or has been deleted since."""


class AlreadyRunning(RequestError):
    """There is place for one such piece of work, and it is taken."""


class Conflict(RequestError):
    """What the request builds on is no longer so."""


class Misdirected(RequestError):
    """The request names a host that this service is not."""


class CrossOrigin(RequestError):
    """A page of another origin made a browser send this."""


class Unauthenticated(RequestError):
    """The request carries no valid key."""


class Forbidden(RequestError):
    """The key is valid, but not for this."""


class Unavailable(LeakInspectionError):
    """The service cannot answer now and says when to try again."""


class NotReady(Unavailable):
    """A check of readiness is red."""


class ScoringFailed(Unavailable):
    """The scorer raised, took too long, or gave something else than one score a picture."""


class Overloaded(Unavailable):
    """Every place for a request is taken."""


class ShareTaken(Overloaded):
    """The client holds its share of the places; others still find some."""


class TooManyLogins(Unavailable):
    """An address has tried too many wrong keys."""


class JournalUnavailable(Unavailable):
    """A decision cannot be kept, so none may be given."""


class RecordDamaged(Unavailable):
    """The file of the record is no journal, or no longer a whole one."""


class SchemaMissing(Unavailable):
    """The shared record is there, but tables of it are not."""


class EntriesMissing(Unavailable):
    """The tables of the shared record are there, but entries that had been copied into them are not."""


class DeadlineExceeded(LeakInspectionError):
    """The caller's deadline passed before inference began."""


class DataError(LeakInspectionError):
    """The pictures, or the scores they got, cannot be used for what was asked."""


class TooFewPictures(DataError):
    """A class is missing, or has fewer groups than the statistics need."""


class RecipeError(LeakInspectionError):
    """A recipe names something that does not exist, or a value out of range."""


class CommissioningRefused(LeakInspectionError):
    """A camera may not be armed with an artefact; every reason is named."""


class FitFailed(LeakInspectionError):
    """The loss or the weights are no longer finite."""


class ExportRefused(LeakInspectionError):
    """The exported graph differs from the trained model, or the artefact cannot be written whole."""


class SetupError(LeakInspectionError):
    """The program was started with settings it cannot work with."""
