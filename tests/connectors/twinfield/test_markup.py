"""Whatever XML comes, nothing is expanded, fetched or lost; and every JSON form is the element that it came from."""

from __future__ import annotations

import time
from html import escape
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gql_gateway.connectors.twinfield.dimension import is_repeated, read_document, to_document, to_element
from gql_gateway.connectors.twinfield.markup import parse, parser, write
from gql_gateway.connectors.twinfield.soap import NO_TOKEN, process, request_of, result_of, with_token
from gql_gateway.connectors.twinfield.strip import fit_for_writing
from gql_gateway.errors import ProviderProtocolError
from gql_gateway.outbound.message import Answer

RESULT = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><ProcessXmlStringResponse '
    'xmlns="http://www.twinfield.com/"><ProcessXmlStringResult>{}</ProcessXmlStringResult></ProcessXmlStringResponse>'
    "</e:Body></e:Envelope>"
)
LEVELS = [f"<!ENTITY b{n} '{f'&b{n - 1};' * 20}'>" for n in range(1, 12)]
BOMB = f"<!DOCTYPE a [<!ENTITY b0 'ha'>{''.join(LEVELS)}"
HOSTILE = {
    "entities": BOMB + "]><dimension><name>&b11;</name></dimension>",
    "entities in an attribute": BOMB + "]><dimension name='&b11;'/>",
    "a file": "<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/hostname'>]><dimension><name>&f;</name></dimension>",
    "the network": "<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><dimension/>",
    "a parameter entity": "<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/hostname'> %p;]><dimension/>",
    "any document type": "<!DOCTYPE dimension><dimension/>",
    "depth": "<a>" * 100_000,
    "deep and closed": "<a>" * 5_000 + "</a>" * 5_000,
    "an entity nobody knows": "<dimension><name>&nope;</name></dimension>",
    "a zero byte": "<dimension>\x00</dimension>",
    "nothing": "",
    "half of it": "<dimension><name>",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("inner", [True, False], ids=["inside", "outside"])
def test_hostile_xml_is_refused_at_once(name: str, inner: bool) -> None:
    text = HOSTILE[name]
    body = RESULT.format(escape(text, quote=False)) if inner else text
    started = time.monotonic()
    with pytest.raises(ProviderProtocolError) as raised:
        result_of(Answer(200, body.encode()))
    assert time.monotonic() - started < 1
    assert "hostname" not in raised.value.message and Path("/etc/hostname").read_text().strip() not in str(raised.value)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"\xef\xbb\xbf", "<a>å</a>".encode("latin-1"), b"<a/>", b"{}"])
def test_other_bytes_are_no_answer(body: bytes) -> None:
    with pytest.raises(ProviderProtocolError):
        result_of(Answer(200, body))


@pytest.mark.parametrize(
    "text",
    [
        '<dimension status="active"><code>1</code></dimension>',
        '<dimension><office name="A &amp; B">BV100</office><website/><name> spaced </name></dimension>',
        '<dimension><financials/><addresses/><odd/><groups><group a="x">A</group><group>B</group></groups></dimension>',
        '<dimension><banks><bank id="-1" default="true"/><bank id="-1"><iban>x</iban></bank></banks></dimension>',
        '<dimension><odd a="1">x</odd><odd a="2">y</odd><odd><deep z="3"/></odd></dimension>',
        "<dimension><banks><bank><address><field2>x</field2></address></bank></banks></dimension>",
        '<dimension><postingrules><postingrule id="1"><lines><line><ratio>1</ratio></line><line/></lines></postingrule>'
        "</postingrules></dimension>",
        '<dimension xmlns:x="urn:x#y@z"><x:odd x:a="1">t</x:odd></dimension>',
        "<dimension><name>&lt;b&gt; ]]&gt; é 👩‍🌾\nline</name></dimension>",
    ],
)
def test_nothing_is_lost_on_the_way_there_and_back(text: str) -> None:
    assert to_document(parse(write(to_element(to_document(parse(text.encode(), "It")))), "It")) == to_document(
        parse(text.encode(), "It")
    )
    if "x:odd" not in text:
        assert write(to_element(to_document(parse(text.encode(), "It")))).decode() == text


def test_the_form_is_the_one_that_paths_lead_into() -> None:
    text = (
        '<dimension status="active" result="1" msg="w" msgtype="warning"><office name="V" shortname="">BV100</office>'
        "<!-- --><creditmanagement><!-- --><comment/></creditmanagement><groups/>"
        '<addresses><address id="1" default="true"><city msg="m">C</city></address></addresses><a/><a>2</a></dimension>'
    )
    assert read_document(parse(text.encode(), "It")) == {
        "@status": "active",
        "office": "BV100",
        "office@name": "V",
        "office@shortname": "",
        "creditmanagement": {"comment": ""},
        "groups": {"group": []},
        "addresses": {"address": [{"@id": "1", "@default": "true", "city": "C"}]},
        "a": "",
        "a#2": "2",
    }


def test_groups_that_come_again_are_one_unless_they_contradict() -> None:
    def read(inner: str) -> dict[str, Any]:
        return to_document(parse(f"<dimension>{inner}</dimension>".encode(), "It"))

    once = "<financials><duedays>14</duedays></financials>"
    agreed = read(f"{once}<financials><vatcode>VH</vatcode><duedays>14</duedays></financials><financials/>")
    assert agreed == {"financials": {"duedays": "14", "vatcode": "VH"}}
    assert not is_repeated(agreed)
    assert read("<groups/><groups><group>A</group></groups><groups/>") == {"groups": {"group": ["A"]}}
    torn = read(f"{once}<financials><duedays>21</duedays></financials>")
    assert torn == {"financials": {"duedays": "14"}, "financials#2": {"duedays": "21"}}
    assert is_repeated(torn) and is_repeated({"banks": {"bank": [{"financials#2": {}}]}})
    # What nobody has heard of may well come twice.
    assert not is_repeated(read("<odd><a/></odd><odd><a>1</a></odd>"))


def test_what_only_twinfield_writes_is_left_out() -> None:
    text = (
        '<dimension status="active"><uid>u</uid><inuse>true</inuse><behaviour>normal</behaviour><touched>8</touched>'
        "<modified>20260601103015</modified><editdimensionname>true</editdimensionname><inactive/>"
        '<financials><level>2</level><vatcode name="n" shortname="s" type="sales" fixed="true">VH</vatcode>'
        '<substitutewith id="g" dimensiontype="BAS" name="n">1300</substitutewith>'
        "<childvalidations><childvalidation>1</childvalidation></childvalidations></financials>"
        '<creditmanagement><blocked locked="true" modified="x">false</blocked></creditmanagement>'
        '<addresses><address id="1" type="invoice" default="true"><ictcountrycode locked="true">NL</ictcountrycode>'
        '<country name="N">NL</country></address><address id="2" type="postal" default="false">'
        "<ictcountrycode>BE</ictcountrycode></address></addresses>"
        '<banks><bank id="1" default="true" destination="d"/></banks></dimension>'
    )
    record = to_document(parse(text.encode(), "It"))
    assert write(to_element(fit_for_writing(record, record))).decode() == (
        '<dimension status="active"><financials><vatcode fixed="true">VH</vatcode><substitutewith>1300</substitutewith>'
        "</financials><creditmanagement><blocked>false</blocked></creditmanagement>"
        '<addresses><address id="1" type="invoice" default="true"><country>NL</country></address>'
        '<address id="2" type="postal" default="false"><ictcountrycode>BE</ictcountrycode></address></addresses>'
        '<banks><bank id="1" default="true"/></banks></dimension>'
    )


def test_the_token_goes_into_the_header_and_nowhere_else() -> None:
    document = to_element({"comment": "<AccessToken></AccessToken>", "name": NO_TOKEN.decode()})
    content = process(document, "<AccessToken></AccessToken>")
    sent = with_token(content, "a&<b")
    assert sent.count(b"a&amp;&lt;b") == 1
    assert sent.index(b"a&amp;&lt;b") < sent.index(b"CompanyCode")
    assert request_of(sent).findtext("comment") == "<AccessToken></AccessToken>"


def test_the_parser_itself_expands_fetches_and_fills_in_nothing() -> None:
    """Documents with a document type are refused besides."""
    text = (
        "<!DOCTYPE dimension [<!ENTITY e 'expanded'><!ATTLIST name filled CDATA 'in'>]>"
        "<dimension><name>a&e;b</name></dimension>"
    )
    [name] = etree.fromstring(text, parser())
    assert etree.tostring(name) == b"<name>a&e;b</name>"
    assert not name.attrib
