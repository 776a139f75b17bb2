"""The use case of whole frames: a frame comes in, its wells are found, judged and recorded. Knows no HTTP."""

from collections.abc import Mapping

from service.contract.alignment.aligner import Aligner
from service.contract.crop import Crop
from service.contract.decision import Decision, Verdict
from service.contract.errors import MalformedField
from service.control_room.last_frames import LastFrames
from service.inspector import Inspector
from service.judging.deadline import require_time
from service.judging.model_switch import ModelSwitch
from service.judging.workers import JudgingWorkers
from service.monitoring.misaligned_cameras import MisalignedCameras
from service.record.archive.archive import Archive

MOST_WITHOUT_LAYOUT = 100


class FrameInspector:
    """Turns frames into one decision a well, in the order of the camera's layout."""

    def __init__(
        self,
        aligners: Mapping[str, Aligner],
        models: ModelSwitch,
        inspector: Inspector,
        workers: JudgingWorkers,
        misaligned: MisalignedCameras,
        archive: Archive,
    ) -> None:
        self._aligners = aligners
        self._models = models
        self._inspector = inspector
        self._workers = workers
        self._misaligned = misaligned
        self._archive = archive
        self.last_frames = LastFrames(aligners)
        self.without_layout: set[str] = set()
        """Cameras of which frames were refused for want of a layout, a bounded number."""

    async def inspect(self, frame: Crop, deadline: float) -> list[Decision]:
        """Judge the wells of a whole JPEG or PNG; where they cannot be found all are ``unknown``.

        Raises:
            MalformedField: the frame names no camera with a layout.
            PictureError: it cannot be decoded; no decision is made.
            DeadlineExceeded: decoding or inference has not begun by the deadline.
            Unavailable: no model is ready, the scorer failed, or the decisions cannot be recorded.
        """
        aligner = self.aligner(frame.camera_id)
        require_time(deadline)
        crops, problem = await self._workers.cut(self._models.require(), frame, aligner, deadline)
        if frame.camera_id is not None:
            self._misaligned.note(frame.camera_id, problem, crops[0].frame if crops else None)
        decisions = await self._inspector.inspect_batch(crops, deadline)
        if any(crop.frame is not None and crop.frame.shift_px is not None for crop in crops):  # it has the right size
            self.last_frames.keep(frame)
        leak = next((decision for decision in decisions if decision.verdict is Verdict.LEAK), None)
        if leak is not None:
            await self._archive.keep_frame(leak, frame.image)
        return decisions

    def aligner(self, camera_id: str | None) -> Aligner:
        """Return the aligner of a camera.

        Raises:
            MalformedField: the frame names none, or one without a layout.
        """
        if camera_id is None:
            raise MalformedField("camera_id: name the camera, by whose layout the frame is cut")
        aligner = self._aligners.get(camera_id)
        if aligner is None:
            if len(self.without_layout) < MOST_WITHOUT_LAYOUT:
                self.without_layout.add(camera_id)
            raise MalformedField(
                f"camera_id: {camera_id} has no layout in the cameras file, make one with leak-inspection layout"
            )
        return aligner
