//! Forms of address in four languages.

use countersign_domain::brand::Formality;
use countersign_domain::finding::Severity;

use super::{World, rule};

fn spoken(locale: &str, formality: Option<Formality>, params: &str, text: &str) -> Vec<String> {
    let language = locale.split('-').next().unwrap();
    let packs = rule("error", &format!("kind: formality\nwhen: {{locales: [{language}]}}\nparams: {params}"));
    let mut world = World::new(locale).slot("body", text);
    world.formality = formality;
    let on = |finding: countersign_domain::finding::Finding| {
        let text = world.slots[0].1.plain()[finding.start..finding.end].to_owned();
        if finding.severity == Severity::Warn { format!("?{text}") } else { text }
    };
    world.check(&packs).into_iter().map(on).collect()
}

fn formal(locale: &str, text: &str) -> Vec<String> {
    spoken(locale, None, "{default: formal}", text)
}

fn informal(locale: &str, text: &str) -> Vec<String> {
    spoken(locale, Some(Formality::Informal), "{default: formal}", text)
}

fn mixed(locale: &str, text: &str) -> Vec<String> {
    spoken(locale, None, "{mixed_only: true}", text)
}

#[test]
fn german_du_is_found_where_sie_is_wanted() {
    assert_eq!(formal("de-DE", "So sparst DU Zeit mit deinem Team."), ["DU", "deinem"]);
    assert_eq!(formal("de-DE", "Entdecke unser neues Angebot. Teste es 30 Tage."), ["Entdecke", "Teste"]);
    assert_eq!(formal("de-DE", "Wir zeigen euch eure Daten, wenn ihr wollt."), ["euch", "eure", "?ihr"]);
    for clean in [
        "Sie sparen Zeit. Ihre Daten bleiben bei Ihnen.",
        "Die Kollegen holen ihr Werkzeug und ihre Daten, wenn ihr Team da ist.",
        "Teste ich das, kostet es nichts. Frage 1: Was ist ein Backup? Sichere Backups für alle.",
        "Frisch aus dem Café du Monde. Der Dirigent dichtet. Mit DIR zeigt man den Ordner an.",
    ] {
        assert_eq!(formal("de-DE", clean), [""; 0], "{clean}");
    }
}

#[test]
fn german_sie_is_found_where_du_is_wanted_and_they_only_warn() {
    assert_eq!(informal("de-DE", "Wir zeigen Ihnen, wie Sie Ihre Daten sichern."), ["Ihnen", "Sie", "Ihre"]);
    assert_eq!(informal("de-DE", "Die Kollegen kommen. Sie sichern alles. Wichtig: Ihre Daten."), ["?Sie", "?Ihre"]);
    assert_eq!(informal("de-DE", "Die Lösung hilft. Sie spart Zeit. Sie ist da. Ihr könnt auf sie zählen."), [""; 0]);
}

#[test]
fn two_registers_in_one_text_offend_by_the_one_that_is_less() {
    assert_eq!(mixed("de-DE", "Wir zeigen Ihnen, wie Sie sparen, und dir auch."), ["dir"]);
    assert_eq!(mixed("de-DE", "Du und dein Team sparen. Sie sparen Zeit."), ["?Sie"]);
    assert_eq!(mixed("de-DE", "Wir sprechen mit Ihnen, und die Kollegen holen ihr Werkzeug."), [""; 0]);
    assert_eq!(mixed("fr-FR", "Tu gagnes du temps et vous lisez votre rapport."), ["Tu"]);
    assert_eq!(mixed("es-ES", "Tu equipo gana tiempo y usted decide."), ["usted"]);
    assert_eq!(mixed("it-IT", "La Sua azienda lavora, e i tuoi dati sono al sicuro."), ["tuoi"]);
}

#[test]
fn french_tu_is_found_and_tones_meetings_and_silences_are_not() {
    assert_eq!(formal("fr-FR", "Découvre ce que ton équipe gagne."), ["ton"]);
    assert_eq!(formal("fr-FR", "Découvre notre offre. On t’aide, c'est à toi de choisir."), ["Découvre", "t’", "toi"]);
    for clean in [
        "Le ton du message reste neutre. Changez de ton.",
        "Vous gagnez du temps. A-t-on testé ? Il s'est tu. Réserve de capacité incluse.",
        "Tests de restauration, sauvegarde testée. Protège vos données, réduit vos coûts.",
    ] {
        assert_eq!(formal("fr-FR", clean), [""; 0], "{clean}");
    }
    assert_eq!(
        informal("fr-FR", "Découvrez l'offre. Votre équipe gagne. Chez Sanchez, assez de rendez-vous !"),
        ["Découvrez", "Votre"]
    );
}

#[test]
fn spanish_tu_is_found_with_and_without_pronouns() {
    assert_eq!(
        formal("es-ES", "La copia está en tu red. Regístrate hoy. Si quieres ahorrar, llámanos."),
        ["tu", "Regístrate", "quieres"]
    );
    assert_eq!(formal("es-MX", "Os ofrecemos esto, os lo damos: es para vosotros."), ["vosotros"]);
    for clean in [
        "Proteja sus datos con su equipo de TI. Protege sus datos y reduce costes.",
        "Prueba gratuita de 30 días. Prueba de restauración. El sistema macOS y sus OS.",
    ] {
        assert_eq!(formal("es-ES", clean), [""; 0], "{clean}");
    }
    assert_eq!(
        informal("es-ES", "Descubra la copia. La decisión es de usted y de ustedes."),
        ["Descubra", "usted", "ustedes"]
    );
    assert_eq!(informal("es-MX", "Ustedes deciden con tu equipo."), [""; 0]);
}

#[test]
fn italian_tu_is_found_and_voi_is_not() {
    assert_eq!(
        formal("it-IT", "Proteggi i tuoi dati con un clic. Puoi provarlo. Iscriviti ora."),
        ["tuoi", "Puoi", "Iscriviti"]
    );
    assert_eq!(
        formal("it-IT", "Lo Studio Tuveri vi aiuta con i vostri dati. Prova gratuita. Leggi e regole. Sei mesi."),
        [""; 0]
    );
    assert_eq!(
        informal("it-IT", "Scopra l'offerta. La contattiamo e Le offriamo il Suo rapporto per aiutarLa."),
        ["Scopra", "Le", "Suo", "aiutarLa"]
    );
    assert_eq!(informal("it-IT", "La tua azienda a La Spezia. Le Monde. La Repubblica scrive."), [""; 0]);
}

#[test]
fn a_rule_without_a_wish_is_silent_where_the_brand_has_none() {
    assert_eq!(spoken("de-DE", None, "{}", "Du und Sie"), [""; 0]);
    assert_eq!(spoken("de-DE", Some(Formality::Informal), "{}", "Nun du und Sie"), ["Sie"]);
}

#[test]
fn what_others_say_is_no_address() {
    assert_eq!(formal("de-DE", "Der Chor singt: »Du, du liegst mir am Herzen«. Und du?"), ["du"]);
    assert_eq!(formal("de-DE", "„Sichere dir deinen Platz“"), ["dir", "deinen"], "a headline in quotation marks");
    assert_eq!(formal("fr-FR", "Elle dit : « Tu as raison. » Et toi ?"), ["toi"]);
    let script = "[Werkstatt.]\nJonas (lacht): Das erinnert dich daran.\nSprecherin: Hol dir den Katalog.";
    assert_eq!(formal("de-DE", script), ["dich", "dir"]);
    let packs = rule("error", "kind: formality\nwhen: {locales: [de]}\nparams: {default: formal}");
    let mut world = World::new("de-DE").slot("body", script);
    world.channel = Some("video".into());
    assert_eq!(world.spans(&packs), ["dir"], "Jonas is a person, the speaker is the brand's voice");
}

#[test]
fn a_pronoun_in_capitals_is_stressed_before_a_word_in_small_letters() {
    assert_eq!(formal("es-ES", "Desde hoy, TU taller contesta."), ["TU"]);
    assert_eq!(formal("it-IT", "Da oggi la TUA officina risponde."), ["TUA"]);
    assert_eq!(formal("fr-FR", "Le chariot s’adapte à TOI, pas l’inverse."), ["TOI"]);
    assert_eq!(formal("es-ES", "Los equipos de TI trabajan. La norma TU Madrid."), [""; 0]);
    assert_eq!(formal("it-IT", "Il TUE vale per tutti."), [""; 0]);
}

#[test]
fn ihr_before_your_is_all_of_you() {
    assert_eq!(formal("de-DE", "Wir zeigen, wie ihr eure Rampe freihaltet."), ["?ihr", "eure"]);
}
