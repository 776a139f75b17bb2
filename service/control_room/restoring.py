"""What the data folder has lost is kept anew as the record has it, because a person says so."""

from collections.abc import Callable, Mapping
from functools import partial

from service.control_room.commissioning.arming_record import ArmingRecord
from service.judging.active_choice import CHOICE
from service.judging.armings import Armings
from service.judging.manifest_pins import ManifestPins
from service.judging.model_switch import ModelSwitch
from service.monitoring.shift.watch import ShiftWatch


class Restoring:
    """One action for whatever is in doubt; a shadow model, which judges nothing, is chosen anew instead.

    Args:
        doubts: say by file what is wrong with it.
        models: what is served.
        pins: of the manifests that were activated.
        armings: of the cameras.
        record: keeps armings.
        shift: the watch that may have begun anew.
    """

    def __init__(
        self,
        doubts: Callable[[], Mapping[str, str]],
        models: ModelSwitch,
        pins: ManifestPins,
        armings: Armings,
        record: ArmingRecord,
        shift: ShiftWatch,
    ) -> None:
        self.doubts = doubts
        self._models = models
        self._pins = pins
        self._armings = armings
        self._record = record
        self._shift = shift

    async def restore(self, operator: str, reason: str) -> Mapping[str, str]:
        """Keep choice and armings as the record has them; return what is in doubt still.

        Raises:
            ArtifactError: what is served would be refused now.
            Conflict: another artefact is being activated meanwhile: that choice counts.
            NotReady: nothing is served.
            Unavailable: they cannot be kept.
        """
        serving = self._models.current()
        if CHOICE in self.doubts():
            await self._models.activate(
                serving.artifact.id, {"operator": operator, "reason": reason}, serving.artifact.id
            )
        if self._armings.doubtful:
            keep = partial(self._record.restore, operator, reason)
            await self._models.change_cuts(self._models.current().artifact.sha256, keep)
        self._pins.forget()
        self._shift.lost = None
        return self.doubts()
