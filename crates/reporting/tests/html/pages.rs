//! What holds for every page, whatever the register says.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_reporting::why::Wanted;
use portreeve_reporting::{index, readiness_page::readiness_html, why_page::why_html};

use super::fixture::{Fixture, story};
use super::hostile;

/// Every value of an attribute in a page. Values never hold a plain quote, since every one is escaped.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The markup without the style sheet, the scripts and the texts inside them.
fn body(html: &str) -> &str {
    let from = html.find("<body>").unwrap();
    let to = html.find("<script").unwrap_or(html.len());
    &html[from..to]
}

fn pages(fixture: &Fixture) -> [String; 2] {
    [index::html(&fixture.page()).unwrap(), readiness_html(&fixture.subject()).unwrap()]
}

fn every_page() -> Vec<String> {
    let mut all = Vec::new();
    for fixture in [hostile::register(), story("2018-12-18"), story("2019-06-30")] {
        all.extend(pages(&fixture));
        all.push(why_html(&fixture.subject(), &Wanted::Scheme, &BTreeMap::new()).unwrap());
    }
    all
}

#[test]
fn the_same_register_gives_the_same_page() {
    assert_eq!(pages(&hostile::register()), pages(&hostile::register()));
}

#[test]
fn ids_are_unique_and_every_anchor_leads_to_one() {
    for html in every_page() {
        let ids = values(body(&html), "id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len());
        for href in values(&html, "href").into_iter().filter(|href| href.starts_with('#')) {
            assert!(unique.contains(&href[1..]), "{href} leads nowhere");
        }
        for target in values(&html, "for").into_iter().chain(values(&html, "aria-labelledby")) {
            assert!(unique.contains(target), "{target} is not there");
        }
    }
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    for html in every_page() {
        let html = html.replace("&lt;img src=x", "");
        assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("@import"));
        assert!(!html.contains("url(") && !html.contains("<img") && !html.contains("<link") && !html.contains(" src="));
        for href in values(&html, "href") {
            assert!(href.starts_with('#') || href.starts_with("./data/"), "{href}");
        }
        assert!(html.contains("default-src &#x27;none&#x27;; style-src &#x27;sha256-"));
    }
}

#[test]
fn every_page_has_one_heading_a_language_and_a_way_past_the_banner() {
    for html in every_page() {
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en-GB\">"));
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(html.contains("href=\"#content\"") && html.contains("<main id=\"content\">"));
        assert!(html.contains("OFFICIAL-SENSITIVE"));
        assert_eq!(html.matches("<table").count(), html.matches("<caption").count());
        assert_eq!(
            html.matches("<table").count(),
            html.matches("<div class=\"scroll\" role=\"region\" tabindex=\"0\"").count()
        );
    }
}

#[test]
fn hostile_names_stay_text() {
    for html in pages(&hostile::register()) {
        for markup in ["<img", "onerror=alert(1)>", "<b>", "<!--", "</script><", "\u{202E}", "\u{FFFE}"] {
            assert!(!html.replace("</script>\n", "").contains(markup), "{markup:?} came through");
        }
        assert!(
            html.contains("&lt;/title&gt;&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; {{register}} {{{style}}}")
        );
        assert!(html.matches("<script").count() <= 2 && html.matches("</script>").count() <= 2);
    }
    let index = index::html(&hostile::register().page()).unwrap();
    assert!(index.contains("\\u{202E}fdp.\n"), "the override is shown, not obeyed");
    assert!(index.contains("href=\"./data/evidence/aa/a%22b%3C/script%3E%5C.txt\""));
    assert!(index.contains("-I IDENTITY -n pack@portreeve"), "no shell is given the identity");
}

#[test]
fn the_embedded_list_is_json_that_no_path_can_leave() {
    let html = index::html(&hostile::register().page()).unwrap();
    let list = html.split("id=\"pack-files\">").nth(1).unwrap().split("</script>").next().unwrap();
    assert!(!list.contains('<') && !list.contains('&'));
    let list: Vec<(String, String)> = serde_json::from_str(list).unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!(list[0].0, "data/evidence/aa/a\"b</script>\\.txt");
}

#[test]
fn ids_that_two_things_want_go_to_the_first_and_say_the_kind_of_the_second() {
    let html = index::html(&hostile::register().page()).unwrap();
    for id in ["X-1", "finding-X-1", "evidence-X-1", "risk-X-1", "finding-plan", "source-content", "decision-check"] {
        assert_eq!(html.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
}

#[test]
fn the_assessor_reads_verdicts_reasons_evidence_and_commands() {
    let fixture = story("2018-12-18");
    let html = index::html(&fixture.page()).unwrap();
    for text in [
        "Demonstration.",
        "Would not pass today",
        "18 December 2018, Q3 2018/19 (October to December 2018)",
        "id=\"RAP-071\"",
        "href=\"#RAP-071\"",
        "Not yet checked",
        "sha256sum -c --strict",
        "certutil -hashfile tagmanifest-sha256.txt SHA256",
        "cmd /c &quot;ssh-keygen -Y verify -f allowed_signers -I ledger@shared-ict.example -n pack@portreeve",
        "head -c 412345 ledger.jsonl | sha256sum",
        "£80,000",
    ] {
        assert!(html.contains(text), "{text}");
    }
    for file in fixture.files.values().flat_map(|files| &files.listed) {
        assert!(html.contains(&format!("href=\"./{}\"", file.path)), "{}", file.path);
        assert!(html.contains(&file.digest.to_string()));
    }
}

#[test]
fn the_board_reads_one_sentence_the_decisions_and_what_is_late() {
    let html = readiness_html(&story("2018-12-18").subject()).unwrap();
    for text in ["East Herts District Council would", "(A) ", "decisions are needed", "Days late", "As known from"] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn no_page_speaks_in_contractions_or_of_nothing() {
    for html in pages(&story("2018-12-18")) {
        let text = html.split("<body>").nth(1).unwrap().split("<script").next().unwrap();
        for word in ["n’t ", "n't ", "approver", "null", "undefined"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

/// The same pages twice are the same bytes. With `PORTREEVE_PAGES=DIR` they are left there for a person to look at.
#[test]
fn the_same_register_gives_the_same_pages() {
    let folder = std::env::var_os("PORTREEVE_PAGES").map(std::path::PathBuf::from);
    for (name, fixture) in [("story", story("2018-12-18")), ("hostile", hostile::register())] {
        let [index, board] = pages(&fixture);
        assert!([&index, &board] == pages(&fixture).each_ref(), "{name}");
        let Some(folder) = &folder else { continue };
        std::fs::write(folder.join(format!("{name}-index.html")), index).unwrap();
        std::fs::write(folder.join(format!("{name}-readiness.html")), board).unwrap();
        std::fs::write(folder.join(format!("{name}-README.txt")), portreeve_reporting::readme::text(&fixture.page()))
            .unwrap();
    }
}
