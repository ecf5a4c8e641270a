"""The kernel's arrays behind one pointer.

Numba hands a tuple of arrays from function to function member by member and counts references to
each at every call; with some eighty arrays that costs more than the simulation. Inside the kernel
the tuples are therefore structs (`numba.experimental.structref`), made once at its entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import types
from numba.experimental import structref

from sim.dispatch.layout import Asks, Fleet, Rules, State
from sim.dispatch.log import IntervalColumns, ResponseColumns
from sim.dispatch.roads import Roads

if TYPE_CHECKING:
    from numba.core.types import Type


class _Struct(types.StructRef):
    """A struct whose fields keep no literal types, so that one compiled version serves all."""

    def preprocess_fields(self, fields: list[tuple[str, Type]]) -> tuple[tuple[str, Type], ...]:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@structref.register
class RoadsType(_Struct):
    """Numba's type of `RoadsStruct`."""


@structref.register
class FleetType(_Struct):
    """Numba's type of `FleetStruct`."""


@structref.register
class AsksType(_Struct):
    """Numba's type of `AsksStruct`."""


@structref.register
class RulesType(_Struct):
    """Numba's type of `RulesStruct`."""


@structref.register
class StateType(_Struct):
    """Numba's type of `StateStruct`."""


@structref.register
class ResponsesType(_Struct):
    """Numba's type of `ResponsesStruct`."""


@structref.register
class IntervalsType(_Struct):
    """Numba's type of `IntervalsStruct`."""


@structref.register
class WorldType(_Struct):
    """Numba's type of `WorldStruct`."""


class RoadsStruct(structref.StructRefProxy):
    """`Roads` behind a pointer."""


class FleetStruct(structref.StructRefProxy):
    """`Fleet` behind a pointer."""


class AsksStruct(structref.StructRefProxy):
    """`Asks` behind a pointer."""


class RulesStruct(structref.StructRefProxy):
    """`Rules` behind a pointer."""


class StateStruct(structref.StructRefProxy):
    """`State` behind a pointer."""


class ResponsesStruct(structref.StructRefProxy):
    """`ResponseColumns` behind a pointer."""


class IntervalsStruct(structref.StructRefProxy):
    """`IntervalColumns` behind a pointer."""


class WorldStruct(structref.StructRefProxy):
    """All of them, and the start of the week clock."""


WORLD_FIELDS = (
    "roads", "fleet", "asks", "rules", "state", "responses", "intervals", "week_start_s",
)  # fmt: skip

for _proxy, _type, _fields in (
    (RoadsStruct, RoadsType, Roads._fields),
    (FleetStruct, FleetType, Fleet._fields),
    (AsksStruct, AsksType, Asks._fields),
    (RulesStruct, RulesType, Rules._fields),
    (StateStruct, StateType, State._fields),
    (ResponsesStruct, ResponsesType, ResponseColumns._fields),
    (IntervalsStruct, IntervalsType, IntervalColumns._fields),
    (WorldStruct, WorldType, WORLD_FIELDS),
):
    structref.define_proxy(_proxy, _type, list(_fields))
