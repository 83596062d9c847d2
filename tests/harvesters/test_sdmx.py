"""SDMX: both services, messages of every version, agencies, former versions, errors, and how a service is found."""

from pathlib import Path

import msgspec
import pytest

from harvesters.errors import MalformedAnswer
from sandbox.portal import Portal, Robots
from sandbox.sdmx import ROOT, Dataflows3, Dataflows21, flow_id
from tests.conftest import Reply, Site
from tests.harvesters.filereading import detected
from tests.harvesters.harvesting import Harvest, harvest
from tests.sandbox.portals import portal

each_service = pytest.mark.parametrize("service", [Dataflows21(), Dataflows3()], ids=["2.1", "3.0"])
MESSAGE = """<?xml version="1.0"?><mes:Structure xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
 xmlns:str="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure"
 xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"><mes:Structures>{}</mes:Structures></mes:Structure>"""


def flow(name: str, inner: str = "<com:Name>Procurement</com:Name>", **more: str) -> str:
    attributes = "".join(f' {key}="{value}"' for key, value in {"agencyID": "XA1", "version": "1.0", **more}.items())
    return f'<str:Dataflow id="{name}"{attributes}>{inner}</str:Dataflow>'


def read(site: Site, tmp_path: Path, flows: str, path: str = "/rest/dataflow/XA1", around: str = "") -> Harvest:
    body = MESSAGE.format(f"<str:Dataflows>{flows}</str:Dataflows>{around}").encode()
    site.routes[path] = lambda query: Reply(body, headers={"Content-Type": "application/xml"})
    return harvest(tmp_path, f"{site.url}{path}", "sdmx")


def served(service: object) -> Portal:
    return portal(Robots(), service, count=27)


@each_service
def test_all_of_a_service_becomes_packages_that_say_what_it_says(service, tmp_path: Path):
    with served(service) as office:
        done = harvest(tmp_path, f"{office.url}{ROOT}", "sdmx")
        held = {f"XA1:{flow_id(dataset)}": dataset for dataset in office.datasets}
    valid = done.valid()
    assert (done.state, done.verdict.advertised) == ("complete", (27, 27))
    assert valid.keys() == held.keys()
    for name, package in valid.items():
        assert package.title == held[name].titles["en"]
        assert package.catalogue.titles == held[name].titles
        assert package.catalogue.publisher is not None
        assert package.catalogue.publisher.id == "XA1"
        data, structure = package.resources
        assert "/rest/data/" in data.path
        assert structure.path.endswith("?references=all")


@each_service
def test_a_second_harvest_finds_what_changed(service, tmp_path: Path):
    with served(service) as office:
        first = harvest(tmp_path, f"{office.url}{ROOT}", "sdmx").valid()
        changed = office.datasets[3] = msgspec.structs.replace(office.datasets[3], titles={"en": "Another title"})
        second = harvest(tmp_path, f"{office.url}{ROOT}", "sdmx").valid()
    assert [name for name in second if second[name] != first[name]] == [f"XA1:{flow_id(changed)}"]


def test_the_sender_of_a_message_is_named(tmp_path: Path):
    with served(Dataflows21()) as office:
        done = harvest(tmp_path, f"{office.url}{ROOT}", "sdmx")
        titles = office.catalogue.titles
    publishers = [package.catalogue.publisher for package in done.valid().values()]
    assert len(publishers) == 27
    assert all(publisher and (publisher.names, publisher.id) == (titles, "XA1") for publisher in publishers)


def test_one_agency_alone(tmp_path: Path):
    with served(Dataflows21()) as office:
        done = harvest(tmp_path, f"{office.url}{ROOT}", "sdmx", options={"agency": "XA1"})
        none = harvest(tmp_path, f"{office.url}{ROOT}", "sdmx", options={"agency": "XA2"})
    assert (done.state, len(done.records)) == ("complete", 27)
    assert done.asked[0].endswith("/dataflow/XA1/all/latest")
    assert (none.state, none.verdict.failure) == ("failed", "moved")


def test_former_versions_stand_beside_the_latest_one(site: Site, tmp_path: Path):
    flows = flow("A", version="1.9") + flow("A", version="1.10") + flow("B", version="2.0")
    done = read(site, tmp_path, flows)
    assert done.ids == ["XA1:A(1.9)", "XA1:A", "XA1:B"]
    assert done.valid()["XA1:A"].version == "1.10"


def test_references_to_dataflows_are_not_dataflows(site: Site, tmp_path: Path):
    attachment = (
        '<str:Constraints><str:ContentConstraint id="C"><str:ConstraintAttachment><str:Dataflow id="A">'
        '<Ref id="A"/></str:Dataflow></str:ConstraintAttachment></str:ContentConstraint></str:Constraints>'
    )
    assert read(site, tmp_path, flow("A"), around=attachment).ids == ["XA1:A"]


def test_what_a_dataflow_says_beside_its_name(site: Site, tmp_path: Path):
    inner = (
        "<com:Annotations><com:Annotation><com:AnnotationType>NOTE</com:AnnotationType>"
        "<com:AnnotationText>Revised</com:AnnotationText></com:Annotation></com:Annotations>"
        '<com:Name xml:lang="fr">Marchés</com:Name><com:Name>Procurement</com:Name>'
        '<com:Description xml:lang="fr">&lt;b&gt;Tous&lt;/b&gt; les marchés</com:Description>'
        '<str:Structure><Ref id="DSD" version="2.1" agencyID="XA9"/></str:Structure>'
    )
    (package,) = read(site, tmp_path, flow("A", inner, isFinal="true")).valid().values()
    assert package.catalogue.titles == {"fr": "Marchés", "en": "Procurement"}
    assert package.catalogue.descriptions == {"fr": "Tous les marchés"}
    assert package.catalogue.more["structure"] == "XA9:DSD(2.1)"
    assert package.catalogue.more["annotations"] == [{"AnnotationType": "NOTE", "AnnotationText": "Revised"}]
    assert package.catalogue.identifiers == ["urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=XA1:A(1.0)"]


def test_a_dataflow_that_is_served_elsewhere_leads_there(site: Site, tmp_path: Path):
    more = {"isExternalReference": "true", "serviceURL": "https://stats.example.org/rest"}
    (package,) = read(site, tmp_path, flow("A", **more)).valid().values()
    assert [resource.path for resource in package.resources] == ["https://stats.example.org/rest"]


def test_a_message_that_is_cut_keeps_what_was_whole(site: Site, tmp_path: Path):
    whole = MESSAGE.format(f"<str:Dataflows>{flow('A')}{flow('B')}{flow('C')}</str:Dataflows>").encode()
    site.routes["/dataflow"] = lambda query: Reply(whole[: whole.rindex(b"<str:Dataflow ") + 20])
    done = harvest(tmp_path, f"{site.url}/dataflow", "sdmx")
    assert (done.state, done.ids) == ("partial", ["XA1:A", "XA1:B"])


def test_an_error_message_is_quoted(site: Site, tmp_path: Path):
    error = (
        b'<mes:Error xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"><mes:ErrorMessage code="140">'
        b"<Text>Syntax error in the key</Text></mes:ErrorMessage></mes:Error>"
    )
    site.routes["/dataflow"] = lambda query: Reply(error)
    done = harvest(tmp_path, f"{site.url}/dataflow", "sdmx")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert "Syntax error in the key" in done.verdict.sentence


@pytest.mark.parametrize(
    "body",
    [b"<html><body>Welcome</body></html>", b"", b"{}", b'{"data": {"dataflows": []}}', b"[]",
     b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'],
)  # fmt: skip
def test_what_is_no_answer_is_said_in_a_sentence(body: bytes, site: Site, tmp_path: Path):
    site.routes["/dataflow"] = lambda query: Reply(body)
    done = harvest(tmp_path, f"{site.url}/dataflow", "sdmx")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert done.verdict.sentence.endswith(".")


def test_a_dataflow_that_is_too_large_is_told(site: Site, tmp_path: Path):
    flows = flow("A", f"<com:Name>{'x' * 5000}</com:Name>") + flow("B")
    body = MESSAGE.format(f"<str:Dataflows>{flows}</str:Dataflows>").encode()
    site.routes["/dataflow"] = lambda query: Reply(body)
    done = harvest(tmp_path, f"{site.url}/dataflow", "sdmx", max_record_bytes=2000)
    assert (done.ids, [finding.code for finding in done.noticed]) == (["XA1:B"], ["record-too-large"])
    assert done.verdict.records == 2


@each_service
@pytest.mark.parametrize("path", [ROOT, f"{ROOT}/"])
def test_it_is_detected_from_the_address_of_the_service(service, path: str):
    with served(service) as office:
        found = detected(f"{office.url}{path}").candidates[0]
        assert (found.protocol, found.advertised, found.url) == ("sdmx", 27, f"{office.url}{ROOT}/")


def test_the_module_says_what_is_no_message():
    from harvesters.sdmx_mapping import flow_of_xml

    with pytest.raises(MalformedAnswer):
        flow_of_xml("<a>")
