//! Documents that mean harm, or that are broken: one clear refusal each, with its line and column.

use super::*;

const ROOT: &str =
    "<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.0\" version=\"2.1\" srcLang=\"en-US\" trgLang=\"fr-FR\">";

#[test]
fn entities_are_never_expanded_fetched_or_even_declared() {
    for bomb in [
        "<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>",
        "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE xliff SYSTEM \"http://example.invalid/x.dtd\">",
        "<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://example.invalid/x\"> %p;]>",
    ] {
        let said = said(format!("<?xml version=\"1.0\"?>\n{bomb}\n{}", email().split_once('\n').unwrap().1));
        assert_eq!(said, "line 2, column 1: document types and entities are not read here; remove the DOCTYPE");
    }
    let used = said(email().replace("Appelez", "&passwd;"));
    assert!(used.contains("the entity `passwd`"), "{used}");
    let used = said(email().replace("name=\"cta\"", "name=\"&passwd;\""));
    assert!(used.contains("attributes"), "{used}");
}

#[test]
fn depth_elements_attributes_and_names_are_bounded() {
    let deep = format!("{ROOT}{}", "<file id=\"f\"><group>".to_owned() + &"<group>".repeat(100_000));
    assert!(said(deep).contains("deep in each other"));
    let deep = format!("{ROOT}<file id=\"f\"><unit id=\"u\"><segment><source>{}", "<mrk id=\"m\">".repeat(100_000));
    assert!(said(deep).contains("deep in each other"));
    let wide = format!("{ROOT}{}", "<a xmlns=\"x\"/>".repeat(250_000));
    assert!(said(wide).contains("more than 200000 elements"));
    let attributes: String = (0..300_000).map(|i| format!(" a{i}=\"\"")).collect();
    assert!(said(format!("{ROOT}<file{attributes}>")).contains("more than 64 attributes"));
    let spaces: String = (0..100_000).map(|i| format!(" xmlns:a{i}=\"u\"")).collect();
    assert!(said(format!("<xliff{spaces}>")).contains("not well-formed"));
    let files: String = (0..2_001).map(|i| format!("<file id=\"{i}\"/>")).collect();
    assert!(said(format!("{ROOT}{files}</xliff>")).contains("more than 2000 files"));
}

#[test]
fn the_work_is_linear_in_the_bytes() {
    let full =
        format!("{ROOT}<file id=\"f\"><unit id=\"u\"><segment><source>{}", "<cp hex=\"41\"/>&lt;\n".repeat(190_000));
    let begin = std::time::Instant::now();
    assert!(said(full).contains("cut off"));
    assert!(
        begin.elapsed().as_secs() < 10,
        "{:?}: some step looks at the whole document for each element",
        begin.elapsed()
    );
}

#[test]
fn broken_xml_says_where() {
    for (text, wanted) in [
        ("", "there is no XML document here"),
        ("hello", "text outside of the root element"),
        (ROOT, "cut off"),
        (&format!("{ROOT}\n<file></xliff>"), "line 2"),
        (&format!("{ROOT}</xliff><xliff/>"), "second root element"),
        (&format!("{ROOT}</xliff>tail"), "text outside"),
        (&format!("{ROOT}<file id=\"a\" id=\"b\"/></xliff>"), "attributes"),
        (&format!("{ROOT}<p:file/></xliff>"), "the prefix `p`"),
        (&format!("{ROOT}\u{1}</xliff>"), "U+0001"),
        (&format!("{ROOT}&#1;</xliff>"), "<cp hex="),
        (&format!(" <?xml version=\"1.0\"?>{ROOT}</xliff>"), "very start"),
        (&format!("<?xml version=\"1.1\"?>{ROOT}</xliff>"), "not XML 1.0"),
        (&format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{ROOT}</xliff>"), "declares the encoding `UTF-16`"),
        (&format!("<?xml version=\"1.0\" encoding=\"windows-1252\"?>{ROOT}</xliff>"), "save it as UTF-8"),
        (&format!("{ROOT}<!-- a -- b --></xliff>"), "not well-formed"),
        (&format!("{ROOT}</xliff>"), "there is no <file>"),
    ] {
        let said = said(text);
        assert!(said.starts_with("line ") && said.contains(wanted), "{wanted}: {said}");
    }
}

#[test]
fn utf_16_with_its_mark_is_read() {
    let text = email().replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
    let bytes: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&bytes).unwrap(), back(&email()));
}

#[test]
fn other_versions_and_namespaces_are_told_what_to_do() {
    let old =
        "<?xml version=\"1.0\"?><xliff version=\"1.2\" xmlns=\"urn:oasis:names:tc:xliff:document:1.2\"><file/></xliff>";
    assert!(said(old).contains("this is XLIFF 1.2; only 2.0 and 2.1") && said(old).contains("save it as XLIFF 2.x"));
    assert!(said("<xliff version=\"1.2\"/>").contains("XLIFF 1.2"));
    assert!(said(ROOT.replace("2.1", "2.2") + "</xliff>").contains("XLIFF 2.2"));
    assert!(said(ROOT.replace(":2.0", ":2.2") + "</xliff>").contains("XLIFF 2.2"));
    assert!(said("<xliff version=\"2.1\"/>").contains("not in the namespace"));
    assert!(said("<html/>").contains("no XLIFF document"));
    assert!(back(&email().replace("version=\"2.1\"", "version=\"2.0\"")).files.len() == 1);
    let languages = said(ROOT.replace("srcLang=\"en-US\"", "").replace("fr-FR", "franz_ösisch") + "</xliff>");
    assert!(languages.contains("srcLang is missing") && languages.contains("trgLang: "), "{languages}");
}

#[test]
fn two_things_of_one_name_are_refused() {
    let text = email();
    assert!(said(text.replace("id=\"cta\"", "id=\"body\"")).contains("two units with the id `body`"));
    assert!(said(text.replace("id=\"s2\"", "id=\"s1\"")).contains("two segments"));
    let (start, end) = (text.find("  <file").unwrap(), text.find("</xliff>").unwrap());
    let twice = text.replace("</xliff>", &(text[start..end].to_owned() + "</xliff>"));
    assert!(said(&twice).contains("two files with the id `f1`"));
    let again = text.replace("</xliff>", &(text[start..end].replace("id=\"f1\"", "id=\"f2\"") + "</xliff>"));
    assert!(said(again).contains("the same asset"));
}

#[test]
fn misplaced_elements_and_texts_are_refused_in_their_place() {
    let text = email();
    for (old, new, wanted) in [
        ("<target>Appelez</target>", "<target>a</target><target>b</target>", "at most one <target>"),
        ("<source>Call</source>", "", "then at most one <target>"),
        ("<target>Appelez</target>", "<target><b>x</b></target>", "<b> may not stand here"),
        ("<target>Appelez</target>", "<target><b xmlns=\"x\">x</b></target>", "<b> may not stand here"),
        ("<target>Appelez</target>", "<target><cp hex=\"D800\"/></target>", "hex of a Unicode character"),
        ("<target>Appelez</target>", "<target order=\"x\">a</target>", "order is a number"),
        ("<target>Appelez</target>", "loose", "text stands between elements"),
        ("<unit id=\"cta\" ", "<unit ", "has no id"),
        ("<notes>", "<wrong>", "<wrong> may not stand here"),
    ] {
        assert!(text.contains(old), "{old}");
        let said = said(text.replace(old, new));
        assert!(said.starts_with("line ") && said.contains(wanted), "{wanted}: {said}");
    }
}
