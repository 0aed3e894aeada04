"""A file of travel times: what is taken over, and where it is wrong."""

from __future__ import annotations

import pytest

from matching.travel_file import SHOWN_FAULTS, Fault, Unusable, read

HEADER = "mode,from,to,minutes\n"


def faults(content: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(Unusable) as unusable:
        read(content)
    return [(fault.line, fault.column, fault.code) for fault in unusable.value.faults]


def test_minutes_are_rounded_up_and_go_one_way():
    file = read((HEADER + "walk,SER-P001,SER-L1,12.2\nwalk,SER-L1,SER-P001,7\ncar,SER-P001,SER-L1,0\n").encode())

    assert file.tables["walk"].get("SER-P001", "SER-L1") == 13
    assert file.tables["walk"].get("SER-L1", "SER-P001") == 7
    assert file.tables["car"].get("SER-P001", "SER-L1") == 0
    assert sorted(file.tables) == ["car", "walk"]


def test_a_way_that_the_file_does_not_tell_is_missing():
    file = read((HEADER + "bus,a,b,5\nbus,a,c,6\n").encode())

    assert file.tables["bus"].get("b", "c") is None
    assert file.tables["bus"].get("c", "c") == 0
    assert file.tables["bus"].missing() == 4


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffmode,from,to,minutes\r\nwalk,a,b,5\r\n",
        "mode;from;to;minutes\nwalk;a;b;5\n",
        "Mode,From,To,Minutes\n\n walk , a , b , 5 \n",
        'mode,from,to,minutes\nwalk,"a","b","5"',
    ],
)
def test_what_spreadsheets_write_is_read(content: str):
    assert read(content.encode()).tables["walk"].get("a", "b") == 5


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("tram,a,b,5", "mode", "mode"),
        ("Walk,a,b,5", "mode", "mode"),
        ("walk,,b,5", "from", "empty"),
        ("walk,a, ,5", "to", "empty"),
        ("walk,a,b,", "minutes", "number"),
        ("walk,a,b,ten", "minutes", "number"),
        ("walk,a,b,1_0", "minutes", "number"),
        ("walk,a,b,nan", "minutes", "number"),
        ("walk,a,b,inf", "minutes", "number"),
        ("walk,a,b,1e400", "minutes", "number"),
        ("walk,a,b,-1", "minutes", "negative"),
        ("walk,a,b,1440.5", "minutes", "too_long"),
        ("walk,a,a,3", "minutes", "same_place"),
        ("walk,a,b", "", "cells"),
        ("walk,a,b,5,6", "", "cells"),
        ('walk,"a"x,b,5', "", "cells"),
        ("walk,x,y,6", "to", "twice"),
    ],
)
def test_a_fault_is_named_by_line_and_column(line: str, column: str, code: str):
    assert faults(f"{HEADER}walk,x,y,5\n\n{line}\n".encode()) == [(4, column, code)]


def test_all_faults_are_told_in_the_order_of_the_lines():
    content = HEADER + "walk,a,b,5\nwalk,a,b,6\ntram,a,b,5\nwalk,b,a,no\n"

    assert faults(content.encode()) == [(3, "to", "twice"), (4, "mode", "mode"), (5, "minutes", "number")]


def test_after_many_faults_the_rest_is_not_read():
    assert len(faults((HEADER + "tram,a,b,5\n" * 1000).encode())) == SHOWN_FAULTS


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault(1, "", "header", "")),
        (b"from,to,minutes\na,b,5\n", Fault(1, "", "header", "from,to,minutes")),
        (b"mode,from,to,minutes\nwalk,a,b,5\nwalk,\xe9,b,5\n", Fault(3, "", "text")),
        (b"PK\x03\x04\x00\xff\xff", Fault(1, "", "text")),
    ],
)
def test_another_file_is_refused_as_a_whole(content: bytes, fault: Fault):
    with pytest.raises(Unusable) as unusable:
        read(content)

    assert unusable.value.faults == (fault,)


def test_more_places_than_a_region_has_are_refused():
    content = HEADER + "".join(f"walk,a{number},b{number},5\n" for number in range(1600))

    assert faults(content.encode())[0][2] == "places"


def test_the_first_line_of_each_reference_is_remembered():
    assert read((HEADER + "walk,a,b,5\nwalk,b,a,5\n").encode()).seen == {"a": (2, "from"), "b": (2, "to")}
