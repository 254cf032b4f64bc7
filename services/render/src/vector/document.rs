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
    let mut numbers: Vec<i32> = Vec::new();
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
    let mut renumbered = std::collections::HashMap::new();
    let drawing = drawing.renumber(|old| {
        *renumbered.entry(old).or_insert_with(|| {
            let id = reference();
            numbers.push(id.get());
            id
        })
    });
    let drawn = renumbered.get(&drawn).copied().ok_or("the drawing is not in the document")?;

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
    at_its_own_size(pdf.finish(), drawn)
}

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
            <text x="10" y="80" font-size="14">Grüße</text></svg>"#;
        let facts =
            Facts { title: "A page", lang: "de-DE", links: BTreeMap::from([("link-cta", "https://a.example/x")]) };
        let make = || to_pdf(&super::super::parse(svg).unwrap(), &facts).unwrap();
        let pdf = make();
        assert_eq!(pdf, make());
        let text = String::from_utf8_lossy(&pdf);
        let matrices = text.matches("/Matrix [").count();
        assert_eq!((matrices, text.matches("/Matrix [1 0 0 1 0 0").count()), (1, 1), "{text}");
        for wanted in ["%PDF-1.7", "(A page)", "(de-DE)", "(https://a.example/x)", "/MediaBox [0 0 72 144]"] {
            assert!(text.contains(wanted), "{wanted}");
        }
        assert!(!text.contains("Date"), "no date");
    }
}
