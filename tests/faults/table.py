"""The table of all faults."""

from tests.faults.artifact_faults import ARTIFACT_FAULTS
from tests.faults.caller_faults import CALLER_FAULTS
from tests.faults.camera_faults import CAMERA_FAULTS
from tests.faults.cut_faults import CUT_FAULTS
from tests.faults.frame_faults import FRAME_FAULTS
from tests.faults.journal_faults import JOURNAL_FAULTS
from tests.faults.picture_faults import PICTURE_FAULTS
from tests.faults.process_faults import PROCESS_FAULTS
from tests.faults.scorer_faults import SCORER_FAULTS
from tests.faults.stored_faults import STORED_FAULTS
from tests.faults.stream_faults import STREAM_FAULTS
from tests.faults.wire_faults import WIRE_FAULTS

GROUPS = {
    "The artefact": ARTIFACT_FAULTS,
    "Thresholds": CUT_FAULTS,
    "The scorer and what surrounds it": SCORER_FAULTS,
    "The picture": PICTURE_FAULTS,
    "Cameras and clocks": CAMERA_FAULTS,
    "Whole frames": FRAME_FAULTS,
    "Pulled streams": STREAM_FAULTS,
    "The record": JOURNAL_FAULTS,
    "What people chose": STORED_FAULTS,
    "Callers": CALLER_FAULTS,
    "The wire": WIRE_FAULTS,
    "The process": PROCESS_FAULTS,
}
FAULTS = {fault.name: fault for faults in GROUPS.values() for fault in faults}
