"""Datasets as ISO 19139 records (https://www.iso.org/standard/67253.html), for catalogue services and folders."""

from xml.sax.saxutils import escape, quoteattr

from sandbox.content import Dataset
from sandbox.portal import Catalogue, absolute

GMD = "http://www.isotc211.org/2005/gmd"
CODES = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml"


def render(dataset: Dataset, catalogue: Catalogue, address: str) -> str:
    """A record of ISO 19139 in the portal's first language."""
    language = catalogue.language
    keywords = "".join(f"<gmd:keyword>{_text(word)}</gmd:keyword>" for word in dataset.keywords.get(language, []))
    online = "".join(
        "<gmd:onLine><gmd:CI_OnlineResource>"
        f"<gmd:linkage><gmd:URL>{escape(absolute(address, each.url))}</gmd:URL></gmd:linkage>"
        f"<gmd:protocol>{_text('WWW:DOWNLOAD-1.0-http--download')}</gmd:protocol>"
        f"<gmd:name>{_text(each.titles.get(language, each.format))}</gmd:name>"
        f"<gmd:function>{_code('CI_OnLineFunctionCode', 'download')}</gmd:function></gmd:CI_OnlineResource></gmd:onLine>"
        for each in dataset.distributions
    )
    distribution = (
        "<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions>"
        f"{online}</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>"
        if online
        else ""
    )
    party = (
        f"<gmd:CI_ResponsibleParty><gmd:individualName>{_text('Withheld')}</gmd:individualName>"
        f"<gmd:organisationName>{_text(dataset.publisher.names[language])}</gmd:organisationName>"
        f"<gmd:role>{_code('CI_RoleCode', 'publisher')}</gmd:role></gmd:CI_ResponsibleParty>"
    )
    return (
        f'<gmd:MD_Metadata xmlns:gmd="{GMD}" xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gml="http://www.opengis.net/gml">'
        f"<gmd:fileIdentifier>{_text(dataset.name)}</gmd:fileIdentifier>"
        f"<gmd:language>{_code('LanguageCode', 'eng')}</gmd:language>"
        f"<gmd:hierarchyLevel>{_code('MD_ScopeCode', 'dataset')}</gmd:hierarchyLevel>"
        f"<gmd:contact>{party}</gmd:contact>"
        f"<gmd:dateStamp><gco:Date>{dataset.modified[:10]}</gco:Date></gmd:dateStamp>"
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>"
        f"<gmd:title>{_text(dataset.titles[language])}</gmd:title>"
        f"<gmd:date><gmd:CI_Date><gmd:date><gco:Date>{dataset.issued[:10]}</gco:Date></gmd:date>"
        f"<gmd:dateType>{_code('CI_DateTypeCode', 'publication')}</gmd:dateType></gmd:CI_Date></gmd:date>"
        f"</gmd:CI_Citation></gmd:citation><gmd:abstract>{_text(dataset.descriptions.get(language, ''))}</gmd:abstract>"
        f"<gmd:pointOfContact>{party}</gmd:pointOfContact>"
        f"<gmd:descriptiveKeywords><gmd:MD_Keywords>{keywords}</gmd:MD_Keywords></gmd:descriptiveKeywords>"
        f"<gmd:language>{_code('LanguageCode', 'eng')}</gmd:language>"
        f"</gmd:MD_DataIdentification></gmd:identificationInfo>{distribution}</gmd:MD_Metadata>"
    )


def _text(words: str) -> str:
    return f"<gco:CharacterString>{escape(words)}</gco:CharacterString>"


def _code(kind: str, value: str) -> str:
    return f"<gmd:{kind} codeList={quoteattr(f'{CODES}#{kind}')} codeListValue={quoteattr(value)}>{value}</gmd:{kind}>"
