//! A document as a stream of elements and texts, and everything refused that a document of ours never needs.
//!
//! No document type is read, so no entity is ever defined, expanded or fetched; only the five names of XML itself and
//! references to characters mean anything. Depth, elements and attributes are bounded, so that the work is linear in
//! the bytes.

use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

use crate::fault::{Fault, Place, clip};
use crate::keys;
use crate::write::escape::is_legal;

/// Elements inside each other.
const MAX_DEPTH: usize = 40;
const MAX_ELEMENTS: usize = 200_000;
/// Of one element, declarations of namespaces included.
const MAX_ATTRIBUTES: usize = 64;
/// Namespaces that are declared at one place.
const MAX_NAMESPACES: usize = 64;

#[derive(Debug)]
pub(crate) enum Node {
    Open(Element),
    Close,
    /// A stretch of text; what belongs together may come in several.
    Text(String),
    End,
}

/// Where an element's name is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    Core,
    Metadata,
    /// Another version's core, by its namespace.
    OtherCore(String),
    Other,
}

#[derive(Debug)]
pub(crate) struct Element {
    pub at: Place,
    pub space: Space,
    /// Without its prefix.
    pub name: String,
    /// Those without a prefix.
    attributes: Vec<(String, String)>,
}

impl Element {
    pub fn is(&self, name: &str) -> bool {
        self.space == Space::Core && self.name == name
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug)]
pub(crate) struct Xml<'t> {
    text: &'t str,
    utf16: bool,
    reader: NsReader<&'t [u8]>,
    /// The byte at which the last node began, and its place: counted on from node to node, since counting from the start
    /// for each would take the square of the document's length.
    at: usize,
    place: Place,
    depth: usize,
    elements: usize,
}

impl<'t> Xml<'t> {
    pub fn new(text: &'t str, utf16: bool) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().check_comments = true;
        reader.resolver_mut().set_max_namespace_bindings(MAX_NAMESPACES);
        Self { text, utf16, reader, at: 0, place: Place { line: 1, column: 1 }, depth: 0, elements: 0 }
    }

    /// Where the last node began.
    pub fn place(&self) -> Place {
        self.place
    }

    fn begin(&mut self) {
        let at = offset(self.reader.buffer_position());
        let passed = self.text.get(self.at..at).unwrap_or("");
        for c in passed.chars() {
            self.place = match c {
                '\n' => Place { line: self.place.line + 1, column: 1 },
                _ => Place { column: self.place.column + 1, ..self.place },
            };
        }
        self.at = at;
    }

    pub fn fault(&self, detail: impl Into<String>) -> Fault {
        Fault::new(self.place(), detail)
    }

    pub fn next(&mut self) -> Result<Node, Fault> {
        loop {
            self.begin();
            let (space, event) = match self.reader.read_resolved_event() {
                Ok((resolved, event)) => (space(&resolved), event),
                Err(error) => {
                    let at = offset(self.reader.error_position());
                    return Err(Fault::new(Place::of(self.text, at), format!("this is not well-formed XML: {error}")));
                }
            };
            match event {
                Event::DocType(_) => {
                    return Err(self.fault("document types and entities are not read here; remove the DOCTYPE"));
                }
                Event::Decl(declaration) => self.declaration(&declaration)?,
                Event::PI(_) | Event::Comment(_) => {}
                Event::Text(text) => {
                    let text = text.into_inner();
                    if self.depth == 0 {
                        if !text.chars().all(is_blank) {
                            return Err(self.fault("there is text outside of the root element"));
                        }
                        continue;
                    }
                    return self.legal(&text).map(Node::Text);
                }
                Event::CData(text) => {
                    self.inside()?;
                    return self.legal(&text.into_inner()).map(Node::Text);
                }
                Event::GeneralRef(reference) => {
                    self.inside()?;
                    return self.reference(&reference).map(|c| Node::Text(c.to_string()));
                }
                Event::Start(start) => {
                    let space = space
                        .map_err(|prefix| self.fault(format!("the prefix `{}` is declared nowhere", clip(&prefix))))?;
                    return self.open(space, &start).map(Node::Open);
                }
                // Never: empty elements are told as a start and an end.
                Event::Empty(_) => return Err(self.fault("this element cannot be read")),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Node::Close);
                }
                Event::Eof => {
                    return match (self.depth, self.elements) {
                        (0, 0) => Err(self.fault("there is no XML document here")),
                        (0, _) => Ok(Node::End),
                        (open, _) => {
                            Err(self
                                .fault(format!("the document ends while {open} element(s) are open; it is cut off")))
                        }
                    };
                }
            }
        }
    }

    /// Past the element that was opened last, with all that is in it.
    pub fn skip(&mut self) -> Result<(), Fault> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// The text of the element that was opened last, which has no elements in it.
    pub fn plain(&mut self) -> Result<String, Fault> {
        let mut out = String::new();
        loop {
            match self.next()? {
                Node::Text(text) => out.push_str(&text),
                Node::Close => return Ok(out),
                Node::Open(element) => return Err(Fault::new(element.at, "only text stands here")),
                Node::End => return Err(self.fault("the document ends too early")),
            }
        }
    }

    fn inside(&self) -> Result<(), Fault> {
        if self.depth == 0 { Err(self.fault("there is text outside of the root element")) } else { Ok(()) }
    }

    fn open(&mut self, space: Space, start: &BytesStart<'_>) -> Result<Element, Fault> {
        if self.depth == 0 && self.elements > 0 {
            return Err(self.fault("there is a second root element; a document has one"));
        }
        self.depth += 1;
        self.elements += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fault(format!("elements stand more than {MAX_DEPTH} deep in each other")));
        }
        if self.elements > MAX_ELEMENTS {
            return Err(
                self.fault(format!("the document has more than {MAX_ELEMENTS} elements; send fewer assets at once"))
            );
        }
        let mut attributes = Vec::new();
        for (i, attribute) in start.attributes().enumerate() {
            if i == MAX_ATTRIBUTES {
                return Err(self.fault(format!("this element has more than {MAX_ATTRIBUTES} attributes")));
            }
            let attribute = attribute.map_err(|error| self.fault(format!("this element's attributes: {error}")))?;
            if attribute.value.contains('<') {
                return Err(self.fault("`<` stands in an attribute; write `&lt;`"));
            }
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|error| self.fault(format!("this element's attributes: {error}")))?;
            let value = self.legal(&value)?;
            if attribute.key.prefix().is_none() {
                attributes.push((attribute.key.0.to_owned(), value));
            }
        }
        Ok(Element { at: self.place(), space, name: start.local_name().into_inner().to_owned(), attributes })
    }

    fn declaration(&self, declaration: &BytesDecl<'_>) -> Result<(), Fault> {
        if self.at != 0 {
            return Err(self.fault("the XML declaration stands at the very start of a document, or nowhere"));
        }
        let version = declaration.version().map_err(|error| self.fault(format!("the XML declaration: {error}")))?;
        if version != "1.0" {
            return Err(self.fault("this is not XML 1.0, which XLIFF is written in"));
        }
        let Some(named) = declaration.encoding() else { return Ok(()) };
        let named = named.map_err(|error| self.fault(format!("the XML declaration: {error}")))?;
        let fits = match named.to_ascii_lowercase().as_str() {
            "utf-8" | "us-ascii" => !self.utf16,
            "utf-16" => self.utf16,
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            let is = if self.utf16 { "UTF-16" } else { "UTF-8" };
            Err(self
                .fault(format!("it declares the encoding `{}` and is read as {is}; save it as UTF-8", clip(&named))))
        }
    }

    fn reference(&self, reference: &BytesRef<'_>) -> Result<char, Fault> {
        if reference.is_char_ref() {
            let c = reference.resolve_char_ref().ok().flatten().filter(|c| is_legal(*c));
            return c.ok_or_else(|| {
                self.fault("this reference is to a character that XML cannot hold; XLIFF writes it as <cp hex=\"…\"/>")
            });
        }
        match &**reference {
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "amp" => Ok('&'),
            "quot" => Ok('"'),
            "apos" => Ok('\''),
            name => {
                Err(self.fault(format!("the entity `{}` is none that XML itself has; write its character", clip(name))))
            }
        }
    }

    fn legal(&self, text: &str) -> Result<String, Fault> {
        match text.char_indices().find(|(_, c)| !is_legal(*c)) {
            None => Ok(text.to_owned()),
            Some((_, c)) => Err(self.fault(format!(
                "the character U+{:04X} cannot stand in XML; XLIFF writes it as <cp hex=\"{:04X}\"/>",
                u32::from(c),
                u32::from(c)
            ))),
        }
    }
}

pub(crate) const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// `Err` is a prefix that nobody declared.
fn space(resolved: &ResolveResult<'_>) -> Result<Space, String> {
    match resolved {
        ResolveResult::Bound(name) if name.0 == keys::CORE => Ok(Space::Core),
        ResolveResult::Bound(name) if name.0 == keys::METADATA => Ok(Space::Metadata),
        ResolveResult::Bound(name) if name.0.starts_with(keys::ANY_CORE) => Ok(Space::OtherCore(name.0.to_owned())),
        ResolveResult::Bound(_) | ResolveResult::Unbound => Ok(Space::Other),
        ResolveResult::Unknown(prefix) => Err(prefix.clone()),
    }
}
