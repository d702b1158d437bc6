//! The index of files that are not there: figures for every step and every way of searching, and nothing left behind.

use crate::support::Place;

#[test]
fn an_index_is_made_searched_made_again_and_removed() {
    let place = Place::new();
    let ran = place.run("index --work work --files 3000 --texts 600 --runs 1 --json").fine();
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(told["format"], "portreeve.bench.index/1");
    let steps = told["steps"].as_array().unwrap();
    let items: Vec<u64> = steps.iter().map(|step| step["items"].as_u64().unwrap()).collect();
    assert_eq!(items, [3_000, 3_000, 3_000, 3_000, 600, 3_000]);
    assert!(steps.iter().all(|step| step["own_cpu_s"].as_f64().unwrap() > 0.0), "{steps:?}");
    let searches = told["searches"].as_array().unwrap();
    let of = |what: &str| {
        let found = searches.iter().find(|search| search["what"] == what).unwrap();
        (found["hits"].as_u64().unwrap(), found["total"].as_str().unwrap().to_owned())
    };
    assert_eq!(of("digest"), (1, "1".to_owned()));
    assert_eq!(of("name, no such word"), (0, "0".to_owned()));
    assert_eq!(of("text + collection that has none").0, 0);
    assert_eq!((of("everything").0, of("one collection").0, of("text, common word").0), (50, 50, 50));
    assert!(!place.path("work").exists(), "the work folder is gone");
}

#[test]
fn a_dry_run_says_how_much_disk_and_makes_nothing() {
    let place = Place::new();
    let _ = place.run("index --work work --files 5000000 --texts 500000 --dry-run").fine().says("11500 MB of disk");
    assert!(!place.path("work").exists());
    let _ = place.run("index --work work --files 0").exits(2);
}
