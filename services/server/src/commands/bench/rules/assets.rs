//! An email of some 200 words in each language that the shipped packs have rules for, as people write them: what a check
//! costs hangs on how much there is to find.

use countersign_domain::content::{Content, Segment, SlotText};

/// A text to check.
pub struct Asset {
    pub locale: &'static str,
    subject: &'static str,
    preheader: &'static str,
    headline: &'static str,
    body: &'static str,
    action: &'static str,
    /// What its figures rest on.
    pub source: &'static str,
}

impl Asset {
    pub fn content(&self) -> Content {
        let slot = |name: &str, text: &str| {
            (name.to_owned(), SlotText { segments: vec![Segment::Text { text: text.to_owned() }] })
        };
        let slots = [
            slot("subject", self.subject),
            slot("preheader", self.preheader),
            slot("headline", self.headline),
            slot("body", self.body),
            slot("cta", self.action),
        ];
        Content { slots: slots.into() }
    }
}

pub const ASSETS: [Asset; 5] = [
    Asset {
        locale: "en-US",
        subject: "Your restore test from Tuesday: what came back, and when",
        preheader: "62 servers, 14 minutes, one report that your auditor will like",
        headline: "A green backup job is not yet a restore",
        body: "A backup job that turns green tells you one thing: a job ran. Whether anything comes back is a different \
question, and it usually gets asked on a bad day.\n\nThat is why Northfold Vault restores a sample of your systems every \
month and writes down what happened. In a test with 62 servers in April 2026, the first one answered again after 14 \
minutes. The restore report lists every system, its size and the time it took to come back – your auditor will like it, \
and so will whoever is on call.\n\nWhat changes for your team:\n- copies that nobody can alter for 30 days\n- one report \
per month, in plain English\n- people who answer around the clock\n\nSetting up takes an afternoon. We look at what you \
have, agree on the systems that matter first, and leave the rest for the week after. If you already keep copies in \
another building, they stay where they are, and the monthly test simply includes them from then on.\n\nWant to see a \
sample report? Just reply to this message, and we will walk you through it, page by page, at a time that suits you.",
        action: "Show me a sample report",
        source: "In a test with 62 servers in April 2026, Northfold Vault brought the first server back after 14 minutes. \
Copies cannot be altered for 30 days.",
    },
    Asset {
        locale: "de-DE",
        subject: "Ihr Wiederherstellungstest vom Dienstag: was zurückkam und wann",
        preheader: "62 Server, 14 Minuten, ein Bericht, den Ihre Prüfer gern lesen",
        headline: "Ein grüner Haken ist noch keine Wiederherstellung",
        body: "Eine Sicherung, die grün meldet, sagt Ihnen genau eines: Ein Auftrag ist gelaufen. Ob sich daraus etwas \
zurückholen lässt, ist eine andere Frage, und sie stellt sich meist an einem schlechten Tag.\n\nDeshalb stellt Northfold \
Vault jeden Monat eine Stichprobe Ihrer Systeme wieder her und hält fest, was dabei geschah. In einem Test mit 62 Servern \
im April 2026 antwortete der erste nach 14 Minuten wieder. Der Bericht nennt jedes System, seine Größe und die Zeit, bis \
es zurück war – das freut Ihre Prüfer und alle, die Bereitschaft haben.\n\nWas sich für Ihr Team ändert:\n- Kopien, die \
30 Tage lang niemand verändern kann\n- ein Bericht im Monat, verständlich geschrieben\n- Menschen, die rund um die Uhr \
antworten\n\nDie Einrichtung dauert einen Nachmittag. Wir sehen uns an, was Sie haben, einigen uns auf die Systeme, die \
zuerst zählen, und lassen den Rest für die Woche danach. Liegen Ihre Kopien schon in einem anderen Gebäude, bleiben sie \
dort, und der monatliche Test nimmt sie einfach mit auf.\n\nMöchten Sie einen Musterbericht sehen? Antworten Sie auf diese \
Nachricht, und wir gehen ihn gemeinsam mit Ihnen durch, Seite für Seite, zu einer Zeit, die Ihnen passt.",
        action: "Musterbericht ansehen",
        source: "In einem Test mit 62 Servern im April 2026 antwortete der erste Server nach 14 Minuten wieder. Kopien \
lassen sich 30 Tage lang nicht verändern.",
    },
    Asset {
        locale: "fr-FR",
        subject: "Votre test de restauration de mardi : ce qui est revenu, et quand",
        preheader: "62 serveurs, 14 minutes, un rapport que vos auditeurs apprécieront",
        headline: "Une sauvegarde au vert n’est pas encore une restauration",
        body: "Une sauvegarde qui passe au vert vous dit une seule chose : une tâche a tourné. Savoir si l’on peut en tirer \
quelque chose est une autre question, et on se la pose en général un mauvais jour.\n\nC’est pourquoi Northfold Vault \
restaure chaque mois un échantillon de vos systèmes et note ce qui s’est passé. Lors d’un test avec 62 serveurs en avril \
2026, le premier a répondu de nouveau après 14 minutes. Le rapport indique chaque système, sa taille et le temps qu’il a \
mis à revenir – vos auditeurs l’apprécieront, et la personne d’astreinte aussi.\n\nCe qui change pour votre équipe :\n- des \
copies que personne ne peut modifier pendant 30 jours\n- un rapport par mois, écrit clairement\n- des personnes qui \
répondent jour et nuit\n\nLa mise en place prend un après-midi. Nous regardons ce que vous avez, nous convenons des \
systèmes qui comptent en premier et nous laissons le reste pour la semaine suivante. Si vos copies se trouvent déjà dans \
un autre bâtiment, elles y restent, et le test mensuel les inclut tout simplement.\n\nVous souhaitez voir un exemple de \
rapport ? Répondez à ce message et nous le parcourrons avec vous, page par page, au moment qui vous convient.",
        action: "Voir un exemple de rapport",
        source: "Lors d’un test avec 62 serveurs en avril 2026, le premier serveur a répondu après 14 minutes. Les copies ne \
peuvent être modifiées pendant 30 jours.",
    },
    Asset {
        locale: "es-ES",
        subject: "Su prueba de restauración del martes: qué volvió y cuándo",
        preheader: "62 servidores, 14 minutos, un informe que sus auditores agradecerán",
        headline: "Una copia en verde todavía no es una restauración",
        body: "Una copia de seguridad que se pone en verde le dice una sola cosa: se ha ejecutado una tarea. Si de ella se \
puede recuperar algo es otra pregunta, y suele hacerse en un mal día.\n\nPor eso Northfold Vault restaura cada mes una \
muestra de sus sistemas y anota lo que ha ocurrido. En una prueba con 62 servidores en abril de 2026, el primero volvió a \
responder a los 14 minutos. El informe indica cada sistema, su tamaño y el tiempo que tardó en volver: lo agradecerán sus \
auditores y también quien esté de guardia.\n\nLo que cambia para su equipo:\n- copias que nadie puede modificar durante 30 \
días\n- un informe al mes, escrito con claridad\n- personas que responden de día y de noche\n\nLa puesta en marcha lleva \
una tarde. Miramos lo que tiene, acordamos qué sistemas importan primero y dejamos el resto para la semana siguiente. Si \
sus copias ya están en otro edificio, allí se quedan, y la prueba mensual simplemente las incluye a partir de entonces.\n\n\
¿Quiere ver un informe de muestra? Responda a este mensaje y lo repasaremos con usted, página a página, en el momento que \
le venga bien.",
        action: "Ver un informe de muestra",
        source: "En una prueba con 62 servidores en abril de 2026, el primer servidor respondió a los 14 minutos. Las copias \
no pueden modificarse durante 30 días.",
    },
    Asset {
        locale: "it-IT",
        subject: "Il Suo test di ripristino di martedì: che cosa è tornato, e quando",
        preheader: "62 server, 14 minuti, un rapporto che i Suoi revisori apprezzeranno",
        headline: "Un backup verde non è ancora un ripristino",
        body: "Un backup che diventa verde Le dice una cosa sola: un’attività è stata eseguita. Se da lì si possa recuperare \
qualcosa è un’altra domanda, e di solito la si fa in una brutta giornata.\n\nPer questo Northfold Vault ripristina ogni \
mese un campione dei Suoi sistemi e annota che cosa è successo. In una prova con 62 server nell’aprile 2026 il primo ha \
risposto di nuovo dopo 14 minuti. Il rapporto elenca ogni sistema, la sua dimensione e il tempo che ha impiegato a \
tornare: lo apprezzeranno i Suoi revisori e chi è di turno.\n\nChe cosa cambia per la Sua squadra:\n- copie che nessuno \
può modificare per 30 giorni\n- un rapporto al mese, scritto con chiarezza\n- persone che rispondono giorno e \
notte\n\nL’avvio richiede un pomeriggio. Guardiamo ciò che ha, concordiamo i sistemi che contano per primi e lasciamo il \
resto alla settimana dopo. Se le Sue copie sono già in un altro edificio, restano lì, e la prova mensile semplicemente le \
comprende da quel momento in poi.\n\nVuole vedere un rapporto di esempio? Risponda a questo messaggio e lo sfoglieremo con \
Lei, pagina per pagina, quando Le fa comodo.",
        action: "Vedere un rapporto di esempio",
        source: "In una prova con 62 server nell’aprile 2026 il primo server ha risposto dopo 14 minuti. Le copie non si \
possono modificare per 30 giorni.",
    },
];

#[cfg(test)]
mod tests {
    use super::ASSETS;

    #[test]
    fn an_asset_has_some_two_hundred_words() {
        for asset in ASSETS {
            let words: usize = asset.content().plain().values().map(|text| text.split_whitespace().count()).sum();
            assert!((190..=260).contains(&words), "{}: {words}", asset.locale);
        }
    }
}
