//! An SVG layout as a PDF of one page: vector shapes, text that can be selected, with title, language and working links.
//! It holds no date and no random id, so that it is the same every time.

use std::collections::BTreeMap;

use pdf_writer::types::{ActionType, AnnotationType};
use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
use svg2pdf::ConversionOptions;
use usvg::Tree;

/// What a document says of itself, and where its parts lead.
#[derive(Clone, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) title: &'a str,
    /// A BCP 47 tag.
    pub(crate) lang: &'a str,
    /// Addresses by the id of the element that leads there.
    pub(crate) links: BTreeMap<&'a str, &'a str>,
}

/// CSS pixels are 1/96 inch, PDF's points 1/72.
const POINTS: f32 = 0.75;

pub(crate) fn to_pdf(tree: &Tree, facts: &Facts<'_>) -> Result<Vec<u8>, String> {
    let (drawing, drawn) = svg2pdf::to_chunk(tree, ConversionOptions::default()).map_err(|error| error.to_string())?;
    let mut next = 1;
    let mut reference = || {
        let id = Ref::new(next);
        next += 1;
        id
    };
    let (catalog, pages, page, content, info) = (reference(), reference(), reference(), reference(), reference());
    let links: Vec<(Ref, Rect, &str)> = facts
        .links
        .iter()
        .filter_map(|(id, address)| {
            let area = tree.node_by_id(id)?.abs_bounding_box();
            Some((reference(), rect(tree, area), *address))
        })
        .collect();
    // The drawing's objects get numbers after ours.
    let ours = reference().get();
    let after = |old: Ref| Ref::new(ours + old.get());
    let (drawing, drawn) = (drawing.renumber(after), after(drawn));

    let (width, height) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
    let mut pdf = Pdf::new();
    pdf.document_info(info).title(TextStr(facts.title)).producer(TextStr("Countersign"));
    let mut root = pdf.catalog(catalog);
    root.pages(pages).lang(TextStr(facts.lang));
    root.viewer_preferences().pair(Name(b"DisplayDocTitle"), true);
    root.finish();
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.media_box(Rect::new(0.0, 0.0, width, height)).parent(pages).contents(content);
    sheet.resources().x_objects().pair(Name(b"D"), drawn);
    if !links.is_empty() {
        sheet.annotations(links.iter().map(|(id, ..)| *id));
    }
    sheet.finish();
    for (id, area, address) in links {
        let mut link = pdf.annotation(id);
        link.subtype(AnnotationType::Link).rect(area).border(0.0, 0.0, 0.0, None);
        link.action().action_type(ActionType::Uri).uri(Str(address.as_bytes()));
    }
    let mut drawing_at = Content::new();
    drawing_at.transform([POINTS, 0.0, 0.0, POINTS, 0.0, 0.0]).x_object(Name(b"D"));
    pdf.stream(content, &drawing_at.finish());
    pdf.extend(&drawing);
    at_its_own_size(in_order(pdf.finish())?, drawn)
}

/// svg2pdf numbers fonts in the order of the text and writes them in the order of a hash map, which differs from run to
/// run. So the objects are put in the order of their numbers; the file keeps its length, and its table its place.
fn in_order(pdf: Vec<u8>) -> Result<Vec<u8>, String> {
    let unlike = || "the document is not as pdf-writer writes one".to_owned();
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.trim().parse::<usize>().ok();
    let last = b"startxref\n";
    let start = pdf.windows(last.len()).rposition(|window| window == last).ok_or_else(unlike)? + last.len();
    let line = pdf[start..].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let table = number(line).filter(|at| *at < pdf.len()).ok_or_else(unlike)?;
    // `xref`, the numbers of the first entry and of how many there are, then twenty bytes an entry.
    let mut lines = pdf[table..].splitn(3, |byte| *byte == b'\n');
    let (title, counts, entries) = (lines.next(), lines.next(), lines.next().ok_or_else(unlike)?);
    let counts = counts.and_then(|line| number(line.strip_prefix(b"0 ")?)).ok_or_else(unlike)?;
    if title != Some(b"xref".as_slice()) || entries.len() < counts * ENTRY {
        return Err(unlike());
    }
    let offsets: Vec<Option<usize>> = (entries[..counts * ENTRY].chunks_exact(ENTRY))
        .map(|entry| (entry[17] == b'n').then(|| number(&entry[..10])).flatten())
        .collect();
    let mut ends: Vec<usize> = offsets.iter().flatten().copied().chain([table]).collect();
    ends.sort_unstable();
    let mut sorted = pdf[..*ends.first().ok_or_else(unlike)?].to_vec();
    let mut places = Vec::new();
    for (id, offset) in offsets.iter().enumerate().filter_map(|(id, offset)| Some((id, (*offset)?))) {
        let end = ends.iter().find(|end| **end > offset).ok_or_else(unlike)?;
        places.push((id, sorted.len()));
        sorted.extend_from_slice(pdf.get(offset..*end).ok_or_else(unlike)?);
    }
    let entries_at = pdf.len() - entries.len();
    sorted.extend_from_slice(&pdf[table..]);
    if sorted.len() != pdf.len() {
        return Err(unlike());
    }
    for (id, place) in places {
        let at = entries_at + id * ENTRY;
        sorted[at..at + 10].copy_from_slice(format!("{place:010}").as_bytes());
    }
    Ok(sorted)
}

/// Bytes of an entry of the table of objects.
const ENTRY: usize = 20;

/// svg2pdf scales a drawing into a square of one point, in which Chrome's reader (pdfium) loses narrow letters when text
/// is searched or copied. So the drawing's matrix becomes the identity, in as many bytes, and no offset moves.
fn at_its_own_size(mut pdf: Vec<u8>, drawing: Ref) -> Result<Vec<u8>, String> {
    let unlike = || "the drawing is not as svg2pdf writes one".to_owned();
    let find = |from: usize, what: &[u8]| {
        let rest = pdf.get(from..)?;
        rest.windows(what.len()).position(|window| window == what).map(|at| from + at + what.len())
    };
    let object = find(0, format!("\n{} 0 obj", drawing.get()).as_bytes()).ok_or_else(unlike)?;
    let start = find(object, b"/Matrix [").ok_or_else(unlike)?;
    let end = find(start, b"]").ok_or_else(unlike)? - 1;
    let identity = format!("{:<1$}", "1 0 0 1 0 0", end - start);
    if identity.len() != end - start {
        return Err(unlike());
    }
    pdf[start..end].copy_from_slice(identity.as_bytes());
    Ok(pdf)
}

/// In points, from the lower left.
fn rect(tree: &Tree, area: usvg::Rect) -> Rect {
    let height = tree.size().height();
    Rect::new(
        area.left() * POINTS,
        (height - area.bottom()) * POINTS,
        area.right() * POINTS,
        (height - area.top()) * POINTS,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_its_title_language_and_links_and_is_the_same_every_time() {
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" width="96" height="192"><g id="link-cta"><rect x="10" y="10" width="50" height="20"/></g>
            <text x="10" y="80" font-size="14">Grüße <tspan font-weight="700">שלום</tspan> سلام <tspan font-weight="700">x</tspan></text></svg>"#;
        let facts =
            Facts { title: "A page", lang: "de-DE", links: BTreeMap::from([("link-cta", "https://a.example/x")]) };
        let make = || to_pdf(&super::super::parse(svg).unwrap(), &facts).unwrap();
        let pdf = make();
        for _ in 0..8 {
            assert_eq!(pdf, make(), "four fonts, and no hash decides on their order");
        }
        let text = String::from_utf8_lossy(&pdf);
        let matrices = text.matches("/Matrix [").count();
        assert_eq!((matrices, text.matches("/Matrix [1 0 0 1 0 0").count()), (1, 1), "{text}");
        for wanted in ["%PDF-1.7", "(A page)", "(de-DE)", "(https://a.example/x)", "/MediaBox [0 0 72 144]"] {
            assert!(text.contains(wanted), "{wanted}");
        }
        assert!(!text.contains("Date"), "no date");
    }
}
