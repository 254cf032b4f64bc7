//! An SVG layout as a PDF of one page: vector shapes, text that can be selected, with title, language and working links.
//! It holds no date and no random id, so that it is the same every time.

use std::collections::{BTreeMap, HashMap};

use pdf_writer::types::{ActionType, AnnotationType};
use pdf_writer::{Chunk, Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
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
    let numbers = numbered(&drawing, drawn);
    let last = i32::try_from(numbers.len()).map_err(|_| "the drawing has too many objects")?;
    // What nothing leads to comes after all else.
    let after = |old: Ref| Ref::new(ours + numbers.get(&old).copied().unwrap_or(last + old.get()));
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

/// The number of each object of a drawing, from 1, in the order in which the root leads to them. svg2pdf writes fonts in the
/// order of a hash map, which differs from run to run, and numbers what belongs to them as it writes.
fn numbered(drawing: &Chunk, root: Ref) -> HashMap<Ref, i32> {
    let bytes = drawing.as_bytes();
    let (mut starts, mut at) = (Vec::new(), 0);
    for id in drawing.refs() {
        let head = format!("{} 0 obj", id.get());
        let Some(found) = bytes[at..].windows(head.len()).position(|window| window == head.as_bytes()) else {
            continue;
        };
        at += found + head.len();
        starts.push((id, at));
    }
    let leads: HashMap<Ref, Vec<Ref>> = (starts.iter().enumerate())
        .map(|(place, (id, start))| {
            let end = starts.get(place + 1).map_or(bytes.len(), |(_, next)| *next);
            (*id, references(&bytes[*start..end]))
        })
        .collect();
    let (mut numbers, mut open) = (HashMap::new(), vec![root]);
    while let Some(id) = open.pop() {
        if !leads.contains_key(&id) || numbers.contains_key(&id) {
            continue;
        }
        let number = i32::try_from(numbers.len()).map_or(i32::MAX, |number| number + 1);
        numbers.insert(id, number);
        open.extend(leads[&id].iter().rev());
    }
    numbers
}

/// The references of an object, by the names under which it has them, outside of what it streams.
fn references(object: &[u8]) -> Vec<Ref> {
    let text = String::from_utf8_lossy(&object[..described(object)]);
    let words: Vec<&str> =
        text.split(|c: char| c.is_ascii_whitespace() || "[]<>".contains(c)).filter(|word| !word.is_empty()).collect();
    let reference = |window: &[&str]| {
        let id = window[1].parse().ok().filter(|id| *id > 0)?;
        (window[2] == "0" && window[3] == "R").then(|| (window[0].to_owned(), Ref::new(id)))
    };
    let mut named: Vec<(String, Ref)> = words.windows(4).filter_map(reference).collect();
    named.sort_by(|one, other| one.0.cmp(&other.0));
    named.into_iter().map(|(_, id)| id).collect()
}

/// How far an object describes itself, before what it streams.
fn described(object: &[u8]) -> usize {
    object.windows(7).position(|window| window == b"stream\n").unwrap_or(object.len())
}

/// An object with the names of its resources in order: a hash map had them, too. As many bytes as before.
fn with_names_in_order(object: &[u8]) -> Vec<u8> {
    let (head, rest) = object.split_at(described(object));
    let mut lines: Vec<&[u8]> = head.split_inclusive(|byte| *byte == b'\n').collect();
    let is_name = |line: &&[u8]| line.trim_ascii_start().starts_with(b"/") && line.ends_with(b" 0 R\n");
    let mut from = 0;
    while from < lines.len() {
        let run = lines[from..].iter().take_while(|line| is_name(line)).count();
        lines[from..from + run].sort_unstable();
        from += run.max(1);
    }
    [lines.concat().as_slice(), rest].concat()
}

/// Puts objects in the order of their numbers. The file keeps its length, and its table its place.
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
        sorted.extend(with_names_in_order(pdf.get(offset..*end).ok_or_else(unlike)?));
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
            assert!(pdf == make(), "four fonts, and no hash decides on their order");
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
