use super::*;
use proptest::prelude::*;

fn rubric(weights: &[u32], levels: usize) -> Rubric {
    let levels: Vec<Level> = (0..levels)
        .map(|i| Level { label: format!("L{i}"), description: String::new(), points: u32::try_from(i).unwrap() })
        .collect();
    Rubric {
        criteria: weights
            .iter()
            .enumerate()
            .map(|(i, w)| Criterion {
                id: format!("c{}", i + 1),
                title: "T".into(),
                description: String::new(),
                weight: *w,
                levels: levels.clone(),
                ..Criterion::default()
            })
            .collect(),
        ..Rubric::default()
    }
}

fn choose(levels: &[usize]) -> ReviewBody {
    let levels = levels.iter().enumerate().map(|(i, l)| (format!("c{}", i + 1), *l)).collect();
    ReviewBody { levels, ..ReviewBody::default() }
}

#[test]
fn totals_are_weighted_shares() {
    let r = rubric(&[30, 40, 30], 4);
    assert!(r.problems().is_empty());
    assert_eq!(r.total(&choose(&[3, 3, 3])), Some(Points::FULL));
    assert_eq!(r.total(&choose(&[0, 0, 0])), Some(Points(0)));
    assert_eq!(r.total(&choose(&[2, 1, 3])), Some(Points(633_333)));
    assert_eq!(r.total(&choose(&[2, 1])), None);
    assert_eq!(r.total(&choose(&[2, 1, 9])), None);
}

#[test]
fn unusable_rubrics_say_why() {
    let keys = |r: &Rubric| r.problems().into_iter().map(|p| (p.key, p.criterion)).collect::<Vec<_>>();
    assert_eq!(keys(&Rubric::default()), [("rubric-no-criteria", 0)]);
    let mut r = rubric(&[10, 10], 3);
    r.criteria[1].levels.clear();
    assert_eq!(keys(&r), [("rubric-levels-count", 2)]);
    let mut r = rubric(&[0], 3);
    r.criteria[0].title = " ".into();
    r.criteria[0].levels[1].label = String::new();
    r.criteria[0].levels[2].points = 1;
    assert_eq!(
        keys(&r),
        [
            ("rubric-criterion-untitled", 1),
            ("rubric-weight", 1),
            ("rubric-level-unnamed", 1),
            ("rubric-points-rise", 1)
        ]
    );
    assert_eq!(keys(&rubric(&[1; 11], 2)), [("rubric-too-many-criteria", 0)]);
}

#[test]
fn templates_can_be_used_and_agree_in_both_languages() {
    let (en, fr) = (templates(Lang::En), templates(Lang::Fr));
    assert_eq!(en.len(), 3);
    let shape = |t: &Template| {
        (t.id.clone(), t.rubric.criteria.iter().map(|c| (c.id.clone(), c.weight, c.levels.len())).collect::<Vec<_>>())
    };
    assert_eq!(en.iter().map(shape).collect::<Vec<_>>(), fr.iter().map(shape).collect::<Vec<_>>());
    for template in en.iter().chain(&fr) {
        assert_eq!(template.rubric.problems(), [], "{}", template.id);
        assert!(template.rubric.criteria.iter().all(|c| c.levels.iter().all(|l| !l.description.is_empty())));
    }
}

#[test]
fn numbers_count_by_their_share_and_words_nothing() {
    let mut r = rubric(&[50, 50, 0], 3);
    r.criteria[1] = Criterion { kind: Kind::Number, levels: Vec::new(), most: 10, ..r.criteria[1].clone() };
    r.criteria[2] = Criterion { kind: Kind::Words, levels: Vec::new(), ..r.criteria[2].clone() };
    assert_eq!(r.problems(), []);
    assert_eq!((r.share(&r.criteria[0]), r.share(&r.criteria[1])), (50, 50));
    assert_eq!(r.total(&choose(&[2, 7])), Some(Points::whole(85)));
    assert_eq!(r.total(&choose(&[2, 11])), None, "there is no 11");
    let chosen = r.criteria[1].chosen(&choose(&[2, 7])).unwrap();
    assert_eq!(chosen.label, "7 / 10");
    let missing = r.missing(&choose(&[2]));
    assert_eq!((missing.levels, missing.comments.len()), (vec!["c2".to_owned()], 3));
    // A level of what is answered in words, or a number that there is not, is not kept.
    assert_eq!(r.fit(choose(&[2, 11, 1])).levels.len(), 1);
    for criterion in &mut r.criteria {
        criterion.comment_optional = true;
    }
    assert!(r.missing(&choose(&[0, 0])).is_empty() && !r.is_thin(&choose(&[0, 0])));
    let keys = |r: &Rubric| r.problems().into_iter().map(|p| (p.key, p.criterion)).collect::<Vec<_>>();
    r.criteria[1].most = 0;
    assert_eq!(keys(&r), [("rubric-most", 2)]);
    r.criteria.drain(..2);
    assert_eq!(keys(&r), [("rubric-nothing-marked", 0)]);
}

#[test]
fn rubrics_that_were_stored_before_read_as_they_were() {
    let old = r#"{"criteria":[{"id":"c1","title":"T","weight":10,"levels":[{"label":"A","points":0},{"label":"B","points":1}]}]}"#;
    let read: Rubric = serde_json::from_str(old).unwrap();
    let criterion = &read.criteria[0];
    assert_eq!((criterion.kind, criterion.comment_optional, criterion.levels.len()), (Kind::Levels, false, 2));
    assert_eq!((read.problems(), read.comment_words), (vec![], 0));
}

#[test]
fn changes_are_told_by_title() {
    let before = rubric(&[1, 1], 2);
    let named = |mut r: Rubric, titles: &[&str]| {
        for (criterion, title) in r.criteria.iter_mut().zip(titles) {
            criterion.title = (*title).to_owned();
        }
        r
    };
    let before = named(before, &["Clear", "Complete"]);
    assert_eq!(before.changes(&before), []);
    let mut after = named(rubric(&[1, 2, 1], 2), &["Sources", "Clear", "Tone"]);
    after.comment_words = 5;
    let told = before.changes(&after);
    let of = |title: &str| title.to_owned();
    let expected = [
        Change::Added(of("Sources")),
        Change::Changed(of("Clear")),
        Change::Added(of("Tone")),
        Change::Removed(of("Complete")),
        Change::Words(5),
    ];
    assert_eq!(told, expected);
    let mut moved = named(rubric(&[1, 1], 2), &["Complete", "Clear"]);
    moved.criteria.swap(0, 1);
    assert_eq!(before.changes(&moved), [], "another order is no change");
}

#[test]
fn a_review_says_what_it_lacks() {
    let r = rubric(&[1, 1], 2);
    let mut body = choose(&[1]);
    body.comments.insert("c2".into(), "good".into());
    body.comments.insert("c1".into(), "  ".into());
    body.comments.insert("c9".into(), "elsewhere".into());
    assert_eq!(r.missing(&body), Missing { levels: vec!["c2".into()], comments: vec!["c1".into()], is_thin: false });
    assert!(!r.fit(body.clone()).comments.contains_key("c9"));
    let longer = Rubric { comment_words: 3, ..r };
    assert_eq!(longer.missing(&body).comments, ["c1", "c2"]);
    body.comments.insert("c2".into(), " good, but\nshort ".into());
    assert_eq!(longer.missing(&body).comments, ["c1"], "three words");
}

proptest! {
    #[test]
    fn better_levels_never_lower_the_total(weights in prop::collection::vec(1u32..=100, 1..8), seed in 0usize..1000) {
        let r = rubric(&weights, 4);
        let levels: Vec<usize> = (0..weights.len()).map(|i| (seed / (i + 1)) % 4).collect();
        let base = r.total(&choose(&levels)).unwrap();
        prop_assert!(base >= Points(0) && base <= Points::FULL);
        for i in 0..levels.len() {
            if levels[i] < 3 {
                let mut better = levels.clone();
                better[i] += 1;
                prop_assert!(r.total(&choose(&better)).unwrap() > base);
            }
        }
    }
}
