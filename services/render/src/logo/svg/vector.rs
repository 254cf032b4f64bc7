//! A logo's shapes written as SVG: what usvg writes, reduced to elements, attributes and values of a closed list, with
//! ids of ours, so that nothing of the upload's own text is in it.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use usvg::roxmltree::{Document, Node};
use usvg::{Indent, Tree, WriteOptions};

use super::{parse, property};

/// The longest result, in bytes. Pages carry it inline.
const MAX_BYTES: usize = 512 << 10;

const ELEMENTS: [&str; 8] = ["defs", "g", "path", "linearGradient", "radialGradient", "stop", "clipPath", "mask"];

const ATTRIBUTES: [&str; 40] = [
    "clip-path",
    "clip-rule",
    "cx",
    "cy",
    "d",
    "fill",
    "fill-opacity",
    "fill-rule",
    "fx",
    "fy",
    "gradientTransform",
    "gradientUnits",
    "height",
    "mask",
    "mask-type",
    "maskUnits",
    "offset",
    "opacity",
    "paint-order",
    "r",
    "shape-rendering",
    "spreadMethod",
    "stop-color",
    "stop-opacity",
    "stroke",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "stroke-width",
    "style",
    "transform",
    "visibility",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

/// `None` when it would be too long, or holds anything that is not on the lists.
pub(super) fn write(tree: &Tree, prefix: &str) -> Option<String> {
    let options = WriteOptions { indent: Indent::None, ..WriteOptions::default() };
    let text = tree.to_string(&options);
    let document = parse(&text).ok()?;
    let ids = ids(&document, prefix);
    let (width, height) = (tree.size().width(), tree.size().height());
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
    );
    for child in document.root_element().children().filter(Node::is_element) {
        element(child, &ids, &mut svg)?;
    }
    svg.push_str("</svg>");
    (svg.len() <= MAX_BYTES).then_some(svg)
}

/// New ids for those that are referred to, in the order in which they stand.
fn ids<'doc>(document: &'doc Document<'_>, prefix: &str) -> HashMap<&'doc str, String> {
    let attributes = || document.descendants().flat_map(|node| node.attributes());
    let referred: HashSet<&str> = attributes().flat_map(|attribute| property::urls(attribute.value())).collect();
    let mut ids = HashMap::new();
    for id in document.descendants().filter_map(|node| node.attribute("id")) {
        if referred.contains(id) {
            let next = ids.len();
            ids.entry(id).or_insert_with(|| format!("logo-{prefix}-{next}"));
        }
    }
    ids
}

fn element(node: Node<'_, '_>, ids: &HashMap<&str, String>, svg: &mut String) -> Option<()> {
    let name = node.tag_name().name();
    if !ELEMENTS.contains(&name) {
        return None;
    }
    let _ = write!(svg, "<{name}");
    for attribute in node.attributes() {
        let (name, value) = (attribute.name(), attribute.value());
        if name == "id" {
            if let Some(id) = ids.get(value) {
                let _ = write!(svg, " id=\"{id}\"");
            }
        } else if ATTRIBUTES.contains(&name) {
            let _ = write!(svg, " {name}=\"{}\"", self::value(value, ids)?);
        } else {
            return None;
        }
    }
    let mut children = node.children().filter(Node::is_element).peekable();
    if children.peek().is_none() {
        svg.push_str("/>");
        return Some(());
    }
    svg.push('>');
    children.try_for_each(|child| element(child, ids, svg))?;
    let _ = write!(svg, "</{name}>");
    Some(())
}

/// Numbers, keywords, colours and references to ids of ours.
fn value(value: &str, ids: &HashMap<&str, String>) -> Option<String> {
    if value.contains("url(") {
        let id = value.strip_prefix("url(#")?.strip_suffix(')')?;
        return Some(format!("url(#{})", ids.get(id)?));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" .,-+#():;".contains(&byte);
    value.bytes().all(plain).then(|| value.to_owned())
}
