//! How much an SVG becomes once its references are followed. A `use` of a `use` of a group multiplies; so do masks and
//! clips on what masks and clips are made of. The weight of an element is its own (one, and more for long path data),
//! its children's, and that of what it refers to, each time it does.

use std::collections::HashMap;

use simplecss::{AttributeOperator, PseudoClass, StyleSheet};
use usvg::roxmltree::{Document, Node, NodeId};

use super::scan::MAX_DEPTH;
use super::{LogoError, property, too_complex};

/// Elements, and pieces of path data of [`PIECE`] bytes, after all references were followed.
const MAX_WEIGHT: u64 = 20_000;
const PIECE: usize = 64;
/// Of one gradient.
const MAX_STOPS: usize = 64;
/// Rules of style sheets times weight: how often a selector is matched.
const MAX_MATCHES: u64 = 4_000_000;

pub(super) fn check(document: &Document<'_>) -> Result<(), LogoError> {
    let css: Vec<&str> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "style")
        .flat_map(|node| node.children().filter(Node::is_text).filter_map(|child| child.text()))
        .collect();
    let mut sheet = StyleSheet::new();
    css.iter().for_each(|css| sheet.parse_more(css));
    let elements = document.descendants().filter(Node::is_element).count();
    matched(&sheet, elements as u64)?;

    let mut ids = HashMap::new();
    for node in document.descendants() {
        if let Some(id) = node.attribute("id") {
            ids.entry(id).or_insert(node);
        }
        let stops = node.children().filter(|child| child.tag_name().name() == "stop").count();
        if stops > MAX_STOPS {
            return Err(too_complex(format!("a gradient of {stops} colours; {MAX_STOPS} at most")));
        }
    }
    let mut scale = Scale { ids, sheet: &sheet, known: HashMap::new() };
    let weight = scale.weigh(document.root_element(), 0)?;
    if weight > MAX_WEIGHT {
        return Err(too_complex(format!("more than {MAX_WEIGHT} shapes and pieces of paths")));
    }
    matched(&sheet, weight)
}

fn matched(sheet: &StyleSheet<'_>, elements: u64) -> Result<(), LogoError> {
    if sheet.rules.len() as u64 * elements > MAX_MATCHES {
        return Err(too_complex("too many style rules for so many shapes"));
    }
    Ok(())
}

struct Scale<'doc, 'text> {
    ids: HashMap<&'doc str, Node<'doc, 'text>>,
    sheet: &'doc StyleSheet<'doc>,
    /// `None` while an element is being weighed: meeting it again is a circle.
    known: HashMap<NodeId, Option<u64>>,
}

impl<'doc, 'text: 'doc> Scale<'doc, 'text> {
    /// `depth` counts references as well as nesting, and bounds this recursion and every later one.
    fn weigh(&mut self, node: Node<'doc, 'text>, depth: usize) -> Result<u64, LogoError> {
        match self.known.get(&node.id()) {
            Some(Some(weight)) => return Ok(*weight),
            Some(None) => return Err(too_complex("an element that refers to itself")),
            None => {}
        }
        if depth > MAX_DEPTH {
            return Err(too_complex("references to references to references"));
        }
        self.known.insert(node.id(), None);
        let data = ["d", "points"].iter().filter_map(|name| node.attribute(*name)).map(str::len).sum::<usize>();
        let mut weight = 1 + (data / PIECE) as u64;
        for next in node.children().filter(Node::is_element).collect::<Vec<_>>().into_iter().chain(self.targets(node)) {
            weight = weight.saturating_add(self.weigh(next, depth + 1)?);
        }
        self.known.insert(node.id(), Some(weight));
        Ok(weight)
    }

    /// What an element refers to. Colours are left out: a gradient is a leaf, and there are no patterns.
    fn targets(&self, node: Node<'doc, 'text>) -> Vec<Node<'doc, 'text>> {
        let named = |name: &str| self.ids.get(name).copied();
        let mut targets: Vec<_> =
            node.attribute("href").and_then(|href| named(href.strip_prefix('#')?)).into_iter().collect();
        let mut add = |name: &str, value: &str| {
            if matches!(name, "clip-path" | "mask") {
                targets.extend(property::urls(value).filter_map(named));
            }
        };
        for attribute in node.attributes() {
            add(attribute.name(), attribute.value());
        }
        for declaration in simplecss::DeclarationTokenizer::from(node.attribute("style").unwrap_or_default()) {
            add(declaration.name, declaration.value);
        }
        for rule in self.sheet.rules.iter().filter(|rule| rule.selector.matches(&Element(node))) {
            for declaration in &rule.declarations {
                add(declaration.name, declaration.value);
            }
        }
        targets
    }
}

/// An element as selectors see it, just as usvg does.
struct Element<'doc, 'text>(Node<'doc, 'text>);

impl simplecss::Element for Element<'_, '_> {
    fn parent_element(&self) -> Option<Self> {
        self.0.parent_element().map(Self)
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.0.prev_sibling_element().map(Self)
    }

    fn has_local_name(&self, name: &str) -> bool {
        self.0.tag_name().name() == name
    }

    fn attribute_matches(&self, name: &str, operator: AttributeOperator<'_>) -> bool {
        self.0.attribute(name).is_some_and(|value| operator.matches(value))
    }

    fn pseudo_class_matches(&self, class: PseudoClass<'_>) -> bool {
        class == PseudoClass::FirstChild && self.prev_sibling_element().is_none()
    }
}
