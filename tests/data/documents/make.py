#!/usr/bin/env python3
"""Makes the documents beside this file: real ones, each with a name planted where programs put names.

    pip install python-docx openpyxl python-pptx odfpy reportlab pypdf pillow piexif
    python3 tests/data/documents/make.py

The name must not be found in any clean copy (src/files/tests.rs); what the pages show does not have it.
"""

import io
import re
import zipfile
from pathlib import Path

import docx
import openpyxl
import piexif
import pptx
from odf import dc, meta, office
from odf import text as odftext
from odf.opendocument import OpenDocumentPresentation, OpenDocumentSpreadsheet, OpenDocumentText
from odf.style import MasterPage, PageLayout
from odf.table import Table, TableCell, TableRow
from odf.draw import Frame, Image as OdfImage, Page
from openpyxl.comments import Comment
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject, StreamObject,
                           TextStringObject)
from reportlab.pdfgen import canvas

HERE = Path(__file__).parent
NAME = "Zebulon Quist"
PATH = "C:\\Users\\zquist\\Documents\\"


def picture():
    image = Image.new("RGB", (48, 32))
    image.putdata([(x * 5 % 256, y * 7 % 256, (x * y) % 256) for y in range(32) for x in range(48)])
    return image


def exif(turned=6):
    return piexif.dump({
        "0th": {piexif.ImageIFD.Artist: NAME.encode(), piexif.ImageIFD.Copyright: NAME.encode(),
                piexif.ImageIFD.Orientation: turned},
        "Exif": {piexif.ExifIFD.UserComment: b"ASCII\0\0\0" + NAME.encode()},
        "GPS": {piexif.GPSIFD.GPSLatitudeRef: b"N", piexif.GPSIFD.GPSLatitude: ((48, 1), (51, 1), (24, 1))},
    })


XMP = (f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
       f'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
       f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>{NAME}</rdf:li></rdf:Seq>'
       f'</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>').encode()


def jpeg():
    out = io.BytesIO()
    picture().save(out, "JPEG", quality=90, exif=exif(), comment=f"by {NAME}".encode(), xmp=XMP)
    return out.getvalue()


def png():
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", NAME)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add_text("Comment", f"by {NAME}", zip=True)
    out = io.BytesIO()
    picture().save(out, "PNG", pnginfo=info, exif=exif(3))
    return out.getvalue()


def webp(lossless):
    out = io.BytesIO()
    picture().save(out, "WEBP", lossless=lossless, exif=exif(8), xmp=XMP)
    return out.getvalue()


def save(name, data):
    (HERE / name).write_bytes(data)


def edited(data, change=None, add=None, types="", rels=None):
    """A package with changed and added parts; `types` goes into [Content_Types].xml, `rels` into their files."""
    source = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        for name in names:
            body = source.read(name)
            if name == "[Content_Types].xml" and types:
                body = body.replace(b"</Types>", types.encode() + b"</Types>")
            for rel, line in (rels or {}).items():
                if name == rel:
                    body = body.replace(b"</Relationships>", line.encode() + b"</Relationships>")
            if change and name in change:
                body = change[name](body.decode()).encode()
            target.writestr(name, body, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
        for rel, line in (rels or {}).items():
            if rel not in names:
                target.writestr(rel, '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/'
                                     f'package/2006/relationships">{line}</Relationships>')
        for name, body in (add or {}).items():
            target.writestr(name, body)
    return out.getvalue()


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(prepare=None):
    document = docx.Document()
    document.core_properties.author = "python-docx"
    document.add_heading("A plan for the workshop", 1)
    document.add_paragraph("First we measure, then we decide.")
    table = document.add_table(2, 2)
    table.cell(0, 0).text = "Step"
    table.cell(1, 1).text = "Two days"
    if prepare:
        prepare(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word_properties(document):
    p = document.core_properties
    p.author, p.last_modified_by, p.category, p.comments, p.keywords = NAME, NAME, NAME, f"by {NAME}", NAME


def documents():
    save("01-properties.docx", word(word_properties))
    app = ('<?xml version="1.0"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
           f'extended-properties"><Application>Word</Application><Manager>{NAME}</Manager><Company>{NAME} SA</Company>'
           '</Properties>')
    save("02-company.docx", edited(word(), {"docProps/app.xml": lambda _: app}))
    save("03-comments.docx", word(lambda d: d.add_comment(d.paragraphs[1].runs, text=f"{NAME}: sure?", author=NAME,
                                                          initials="ZQ")))
    people = (f'<?xml version="1.0"?><w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml">'
              f'<w15:person w15:author="{NAME}"><w15:presenceInfo w15:providerId="AD" '
              f'w15:userId="S::zquist@example.org::1"/></w15:person></w15:people>')
    tracked = (f'<w:p><w:ins w:id="901" w:author="{NAME}" w:date="2026-01-02T03:04:05Z"><w:r w:rsidR="00AB12CD"><w:t>'
               f'And then we look again.</w:t></w:r></w:ins><w:del w:id="902" w:author="{NAME}" '
               f'w:date="2026-01-02T03:04:05Z"><w:r><w:delText>Gone.</w:delText></w:r></w:del></w:p><w:sectPr')
    save("04-changes.docx", edited(
        word(), {"word/document.xml": lambda x: x.replace("<w:sectPr", tracked, 1)}, {"word/people.xml": people},
        '<Override PartName="/word/people.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.people+xml"/>',
        {"word/_rels/document.xml.rels": '<Relationship Id="rId901" Type="http://schemas.microsoft.com/office/2011/'
                                         'relationships/people" Target="people.xml"/>'}))
    custom = ('<?xml version="1.0"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
              'custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
              f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="Owner"><vt:lpwstr>{NAME}'
              '</vt:lpwstr></property></Properties>')
    save("05-custom.docx", edited(
        word(), None, {"docProps/custom.xml": custom},
        '<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'custom-properties+xml"/>',
        {"_rels/.rels": f'<Relationship Id="rId901" Type="{OFFICE}/custom-properties" Target="docProps/custom.xml"/>'}))
    item = f'<p:properties xmlns:p="urn:x"><UserInfo><DisplayName>{NAME}</DisplayName></UserInfo></p:properties>'
    save("06-sharepoint.docx", edited(
        word(), None, {"customXml/item9.xml": item}, "",
        {"word/_rels/document.xml.rels": f'<Relationship Id="rId901" Type="{OFFICE}/customXml" '
                                         'Target="../customXml/item9.xml"/>'}))
    save("07-template.docx", edited(
        word(), {"word/settings.xml": lambda x: x.replace(
            "</w:settings>", f'<w:attachedTemplate xmlns:r="{OFFICE}" r:id="rId901"/><w:docVars><w:docVar '
            f'w:name="who" w:val="{NAME}"/></w:docVars></w:settings>')}, None, "",
        {"word/_rels/settings.xml.rels": f'<Relationship Id="rId901" Type="{OFFICE}/attachedTemplate" '
                                         'Target="file:///C:\\Users\\zquist\\team.dotx" TargetMode="External"/>',
         "word/_rels/document.xml.rels": f'<Relationship Id="rId902" Type="{OFFICE}/hyperlink" '
                                         'Target="file:///C:/Users/zquist/data.xlsx" TargetMode="External"/>'}))
    save("08-photo.docx", word(lambda d: d.add_picture(io.BytesIO(jpeg()))))
    book = excel(lambda b: setattr(b.properties, "creator", NAME))
    save("09-table-inside.docx", edited(
        word(), None, {"word/embeddings/Worksheet1.xlsx": book},
        '<Default Extension="xlsx" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"/>',
        {"word/_rels/document.xml.rels": f'<Relationship Id="rId901" Type="{OFFICE}/package" '
                                         'Target="embeddings/Worksheet1.xlsx"/>'}))
    signature = f'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><X509SubjectName>CN={NAME}</X509SubjectName></Signature>'
    save("10-signed.docx", edited(
        word(), None, {"_xmlsignatures/sig1.xml": signature, "_xmlsignatures/origin.sigs": ""},
        '<Override PartName="/_xmlsignatures/sig1.xml" ContentType="application/vnd.openxmlformats-package.'
        'digital-signature-xmlsignature+xml"/><Default Extension="sigs" ContentType="application/'
        'vnd.openxmlformats-package.digital-signature-origin"/>',
        {"_rels/.rels": '<Relationship Id="rId901" Type="http://schemas.openxmlformats.org/package/2006/'
                        'relationships/digital-signature/origin" Target="_xmlsignatures/origin.sigs"/>',
         "_xmlsignatures/_rels/origin.sigs.rels": '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
                                                  'package/2006/relationships/digital-signature/signature" '
                                                  'Target="sig1.xml"/>'}))


def excel(prepare=None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Month", "Hours"])
    sheet.append(["May", 12])
    sheet["B3"] = "=SUM(B2:B2)"
    if prepare:
        prepare(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def tables():
    def properties(book):
        book.properties.creator = book.properties.lastModifiedBy = book.properties.keywords = NAME
    save("11-properties.xlsx", excel(properties))
    save("12-comments.xlsx", excel(lambda b: setattr(b.active["A1"], "comment", Comment(f"{NAME}:\nWhich year?", NAME))))
    person = (f'<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><person '
              f'displayName="{NAME}" id="{{11111111-2222-3333-4444-555555555555}}" userId="S::zquist@example.org::1" '
              f'providerId="AD"/></personList>')
    thread = ('<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
              '<threadedComment ref="A1" dT="2026-01-02T03:04:05.00" personId="{11111111-2222-3333-4444-555555555555}" '
              f'id="{{99999999-2222-3333-4444-555555555555}}"><text>@{NAME} which year?</text></threadedComment>'
              '</ThreadedComments>')
    microsoft = "http://schemas.microsoft.com/office/2017/10/relationships"
    save("13-threads.xlsx", edited(
        excel(), None, {"xl/persons/person.xml": person, "xl/threadedComments/threadedComment1.xml": thread},
        '<Override PartName="/xl/persons/person.xml" ContentType="application/vnd.ms-excel.person+xml"/><Override '
        'PartName="/xl/threadedComments/threadedComment1.xml" ContentType="application/vnd.ms-excel.threadedcomments+xml"/>',
        {"xl/_rels/workbook.xml.rels": f'<Relationship Id="rId901" Type="{microsoft}/person" Target="persons/person.xml"/>',
         "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationship Id="rId1" Type="{microsoft}/threadedComment" '
                                                'Target="../threadedComments/threadedComment1.xml"/>'}))
    path = ('<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice '
            'Requires="x15"><x15ac:absPath xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac" '
            f'url="{PATH}"/></mc:Choice></mc:AlternateContent>')
    save("14-path.xlsx", edited(excel(), {"xl/workbook.xml": lambda x: re.sub(
        r"(<workbook[^>]*>)", r"\1" + f'<fileSharing userName="{NAME}"/>' + path.replace("\\", "\\\\"), x, count=1)}))
    save("15-printer.xlsx", edited(
        excel(lambda b: setattr(b.active.page_setup, "paperSize", 9)),
        {"xl/worksheets/sheet1.xml": lambda x: x.replace(
            "<pageSetup ", f'<pageSetup xmlns:r="{OFFICE}" r:id="rId1" ', 1)},
        {"xl/printerSettings/printerSettings1.bin": "Printer of Zebulon Quist".encode("utf-16-le")},
        '<Default Extension="bin" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"/>',
        {"xl/worksheets/_rels/sheet1.xml.rels": f'<Relationship Id="rId1" Type="{OFFICE}/printerSettings" '
                                                'Target="../printerSettings/printerSettings1.bin"/>'}))


def slides():
    def deck(prepare=None):
        show = pptx.Presentation()
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = "What we learnt"
        slide.placeholders[1].text = "Begin small"
        if prepare:
            prepare(show, slide)
        out = io.BytesIO()
        show.save(out)
        return out.getvalue()

    def properties(show, _):
        show.core_properties.author = show.core_properties.last_modified_by = NAME
    save("16-properties.pptx", deck(properties))
    authors = (f'<p:cmAuthorLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:cmAuthor id="0" '
               f'name="{NAME}" initials="ZQ" lastIdx="1" clrIdx="0"/></p:cmAuthorLst>')
    comments = ('<p:cmLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:cm authorId="0" '
                'dt="2026-01-02T03:04:05" idx="1"><p:pos x="10" y="10"/><p:text>Why small?</p:text></p:cm></p:cmLst>')
    save("17-comments.pptx", edited(
        deck(), None, {"ppt/commentAuthors.xml": authors, "ppt/comments/comment1.xml": comments},
        '<Override PartName="/ppt/commentAuthors.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'presentationml.commentAuthors+xml"/><Override PartName="/ppt/comments/comment1.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.presentationml.comments+xml"/>',
        {"ppt/_rels/presentation.xml.rels": f'<Relationship Id="rId901" Type="{OFFICE}/commentAuthors" '
                                            'Target="commentAuthors.xml"/>',
         "ppt/slides/_rels/slide1.xml.rels": f'<Relationship Id="rId901" Type="{OFFICE}/comments" '
                                             'Target="../comments/comment1.xml"/>'}))
    modern = (f'<p188:authorLst xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main"><p188:author '
              f'id="{{11111111-2222-3333-4444-555555555555}}" name="{NAME}" initials="ZQ" '
              f'userId="S::zquist@example.org::1" providerId="AD"/></p188:authorLst>')
    save("18-authors.pptx", edited(
        deck(), None, {"ppt/authors.xml": modern},
        '<Override PartName="/ppt/authors.xml" ContentType="application/vnd.ms-powerpoint.authors+xml"/>',
        {"ppt/_rels/presentation.xml.rels": '<Relationship Id="rId901" Type="http://schemas.microsoft.com/office/2018/10/'
                                            'relationships/authors" Target="authors.xml"/>'}))
    save("19-photo.pptx", deck(lambda _, slide: slide.shapes.add_picture(io.BytesIO(png()), 0, 0)))


def opendocuments():
    def packed(document):
        out = io.BytesIO()
        document.write(out)
        return out.getvalue()

    def letter():
        document = OpenDocumentText()
        document.text.addElement(odftext.P(text="First we measure, then we decide."))
        return document

    document = letter()
    document.meta.addElement(meta.InitialCreator(text=NAME))
    document.meta.addElement(dc.Creator(text=NAME))
    document.meta.addElement(meta.UserDefined(name="Owner", text=NAME))
    save("20-properties.odt", packed(document))
    document = letter()
    note = office.Annotation(name="1")
    note.addElement(dc.Creator(text=NAME))
    note.addElement(dc.Date(text="2026-01-02T03:04:05"))
    note.addElement(odftext.P(text="Sure?"))
    paragraph = odftext.P(text="And then we look again.")
    paragraph.addElement(note)
    document.text.addElement(paragraph)
    changes = ('<text:tracked-changes><text:changed-region text:id="c1"><text:insertion><office:change-info><dc:creator>'
               f'{NAME}</dc:creator><dc:date>2026-01-02T03:04:05</dc:date></office:change-info></text:insertion>'
               '</text:changed-region></text:tracked-changes>')
    save("21-changes.odt", edited(packed(document), {
        "content.xml": lambda x: x.replace("<office:text>", "<office:text>" + changes, 1)}))
    settings = ('<?xml version="1.0"?><office:document-settings xmlns:office="urn:oasis:names:tc:opendocument:xmlns:'
                'office:1.0" xmlns:config="urn:oasis:names:tc:opendocument:xmlns:config:1.0"><office:settings>'
                '<config:config-item-set config:name="ooo:configuration-settings"><config:config-item '
                f'config:name="PrinterName" config:type="string">Printer of {NAME}</config:config-item>'
                '</config:config-item-set></office:settings></office:document-settings>')
    save("22-printer.odt", edited(packed(letter()), {"META-INF/manifest.xml": lambda x: x.replace(
        "</manifest:manifest>", '<manifest:file-entry manifest:full-path="settings.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>")}, {"settings.xml": settings}))
    sheet = OpenDocumentSpreadsheet()
    table = Table(name="Hours")
    row = TableRow()
    for words in ("May", "12"):
        cell = TableCell(valuetype="string")
        cell.addElement(odftext.P(text=words))
        row.addElement(cell)
    table.addElement(row)
    sheet.spreadsheet.addElement(table)
    sheet.meta.addElement(dc.Creator(text=NAME))
    save("23-properties.ods", packed(sheet))
    show = OpenDocumentPresentation()
    layout = PageLayout(name="L")
    show.automaticstyles.addElement(layout)
    master = MasterPage(name="M", pagelayoutname=layout)
    show.masterstyles.addElement(master)
    page = Page(masterpagename=master)
    frame = Frame(width="5cm", height="3cm", x="1cm", y="1cm")
    frame.addElement(OdfImage(href=show.addPicture("photo.jpg", "image/jpeg", jpeg())))
    page.addElement(frame)
    show.presentation.addElement(page)
    save("24-photo.odp", packed(show))


def pdfs():
    def drawn(photo=None):
        out = io.BytesIO()
        page = canvas.Canvas(out, invariant=1)
        page.drawString(72, 720, "First we measure, then we decide.")
        if photo:
            page.drawImage(photo, 72, 600)
        page.showPage()
        page.drawString(72, 720, "And then we look again.")
        page.save()
        return out.getvalue()

    def rewritten(change):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(drawn())))
        change(writer)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    save("25-information.pdf", rewritten(lambda w: w.add_metadata({"/Author": NAME, "/Creator": f"Word of {NAME}"})))

    def xmp(writer):
        stream = StreamObject()
        stream.set_data(XMP)
        stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
        reference = writer._add_object(stream)
        writer.root_object[NameObject("/Metadata")] = reference
        writer.pages[0][NameObject("/Metadata")] = reference
    save("26-xmp.pdf", rewritten(xmp))

    def note(writer):
        page = writer.pages[0]
        annotation = DictionaryObject({
            NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Text"),
            NameObject("/Rect"): ArrayObject(FloatObject(x) for x in (100, 700, 120, 720)),
            NameObject("/Contents"): TextStringObject("Sure?"), NameObject("/T"): TextStringObject(NAME),
            NameObject("/NM"): TextStringObject("zquist-1"),
        })
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])
    save("27-annotation.pdf", rewritten(note))

    def attached(writer):
        writer.add_attachment("zquist.txt", f"by {NAME}".encode())
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject({
            NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(f"app.alert('{NAME}');")})
    save("28-attachment.pdf", rewritten(attached))

    def signed(writer):
        signature = DictionaryObject({
            NameObject("/Type"): NameObject("/Sig"), NameObject("/Name"): TextStringObject(NAME),
            NameObject("/ByteRange"): ArrayObject(NumberObject(n) for n in (0, 1, 2, 3)),
            NameObject("/Contents"): TextStringObject(f"CN={NAME}"),
        })
        field = DictionaryObject({
            NameObject("/FT"): NameObject("/Sig"), NameObject("/T"): TextStringObject("Signature1"),
            NameObject("/Subtype"): NameObject("/Widget"), NameObject("/V"): writer._add_object(signature),
            NameObject("/Rect"): ArrayObject(FloatObject(0) for _ in range(4)),
        })
        reference = writer._add_object(field)
        writer.pages[0][NameObject("/Annots")] = ArrayObject([reference])
        writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([reference])})
    save("29-signed.pdf", rewritten(signed))
    photo = HERE / "photo.tmp.jpg"
    photo.write_bytes(jpeg())
    save("30-photo.pdf", drawn(str(photo)))
    photo.unlink()
    earlier = rewritten(lambda w: w.add_metadata({"/Author": NAME}))
    later = PdfWriter(io.BytesIO(earlier), incremental=True)
    later.add_metadata({"/Author": "nobody"})
    out = io.BytesIO()
    later.write(out)
    save("31-earlier-version.pdf", out.getvalue())


def pictures():
    save("32-photo.jpg", jpeg())
    progressive = io.BytesIO()
    picture().save(progressive, "JPEG", progressive=True, exif=exif(1), comment=NAME.encode())
    save("33-progressive.jpg", progressive.getvalue() + f"after the end: {NAME}".encode())
    save("34-words.png", png())
    save("35-photo.webp", webp(False))
    save("36-lossless.webp", webp(True))


documents()
tables()
slides()
opendocuments()
pdfs()
pictures()
