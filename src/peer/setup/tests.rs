use super::*;

fn form(changes: &[(&str, &str)]) -> Fields {
    let mut pairs: Vec<(&str, &str)> = vec![
        ("title", "T"),
        ("brief", "<div>Do it</div>"),
        ("work_due", "2026-05-10T10:00:00Z"),
        ("review_due", "2026-05-20T10:00:00Z"),
        ("reviews", "3"),
        ("anonymity", "open"),
        ("criteria", "1"),
        ("c0_title", "C"),
        ("c0_weight", "10"),
        ("c0_levels", "2"),
        ("c0_l0_label", "low"),
        ("c0_l0_points", "0"),
        ("c0_l1_label", "high"),
        ("c0_l1_points", "1"),
    ];
    for (name, value) in changes {
        pairs.retain(|(n, _)| n != name);
        pairs.push((name, value));
    }
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Fields::parse(body.as_bytes()).unwrap()
}

fn keys(changes: &[(&str, &str)]) -> Vec<&'static str> {
    Setup::read(&form(changes), Lang::En).problems().into_iter().map(|p| p.key).collect()
}

#[test]
fn a_good_form_is_read() {
    let setup = Setup::read(&form(&[]), Lang::En);
    assert_eq!(setup.problems(), []);
    assert_eq!((setup.rules.reviews_per_learner, setup.rules.anonymity), (3, Anonymity::Open));
    assert_eq!(setup.rubric.criteria[0].id, "c1");
}

#[test]
fn each_mistake_is_named() {
    for (change, key) in [
        (("title", " "), "setup-no-title"),
        (("brief", "<div><br></div>"), "setup-no-brief"),
        (("review_due", "2026-05-10T10:00:00Z"), "setup-review-before-work"),
        (("work_due", "soon"), "setup-work-date-unreadable"),
        (("review_due", "2026-02-30T10:00:00Z"), "setup-review-date-unreadable"),
        (("reviews", "0"), "setup-reviews-range"),
        (("reviews", "7"), "setup-reviews-range"),
        (("reviews", "x"), "setup-reviews-range"),
        (("points", "0"), "setup-points-range"),
        (("points", "1001"), "setup-points-range"),
        (("points", "12.5"), "setup-points-range"),
        (("review_from", "later"), "setup-review-from-unreadable"),
        (("review_from", "2026-05-10T09:59:00Z"), "setup-review-from-before-work"),
        (("review_from", "2026-05-20T10:00:00Z"), "setup-review-from-after-end"),
        (("late_days", "31"), "setup-late-days-range"),
        (("late_days", "-1"), "setup-late-days-range"),
        (("late_days", "a week"), "setup-late-days-range"),
        (("late_days", "10"), "setup-late-after-reviews"),
        (("late_penalty", "101"), "setup-late-penalty-range"),
        (("late_penalty", "1.5"), "setup-late-penalty-range"),
        (("check_percent", "51"), "setup-checks-range"),
        (("check_percent", "all"), "setup-checks-range"),
        (("received", "7"), "setup-received-range"),
        (("received", "many"), "setup-received-range"),
        (("reviewing_weight", "51"), "setup-weight-range"),
        (("reviewing_weight", "half"), "setup-weight-range"),
        (("pool_minutes", "1441"), "setup-pool-range"),
        (("pool_minutes", "soon"), "setup-pool-range"),
        (("release_at", "then"), "setup-release-unreadable"),
        (("release_at", "2026-05-20T09:59:00Z"), "setup-release-before-end"),
        (("comment_words", "51"), "rubric-comment-words"),
        (("comment_words", "some"), "rubric-comment-words"),
        (("criteria", "0"), "rubric-no-criteria"),
        (("c0_levels", "0"), "rubric-levels-count"),
        (("c0_l1_points", "x"), "rubric-points-rise"),
        (("rubric_text", "criterion\nA"), "setup-import-pending"),
    ] {
        assert_eq!(keys(&[change]), [key], "{change:?}");
    }
    let long = format!("<div>{}</div>", "x".repeat(MAX_RICH_TEXT));
    assert_eq!(keys(&[("brief", &long)]), ["setup-brief-too-long"]);
    assert_eq!(keys(&[("late_days", "3"), ("work_due", "")]), ["setup-late-no-date"]);
    assert_eq!(keys(&[("release_at", "2026-05-20T10:00:00Z"), ("review_due", "")]), ["setup-release-no-end"]);
    assert_eq!(keys(&[("release_at", "2026-05-20T10:00:00Z")]), [""; 0]);
    assert_eq!(keys(&[("late_days", "9"), ("review_from", "2026-05-10T10:00:00Z")]), [""; 0]);
}

#[test]
fn a_new_date_has_not_passed() {
    let at = |text: &str| UtcTime::parse_iso(text);
    let setup = Setup::read(&form(&[("release_at", "2026-05-25T10:00:00Z")]), Lang::En);
    let keys = |dates: [Option<UtcTime>; 3], now: &str| {
        let [work_due_at, review_due_at, release_at] = dates;
        let before = Rules { work_due_at, review_due_at, release_at, ..Rules::default() };
        setup.past(&before, at(now).unwrap()).into_iter().map(|p| p.key).collect::<Vec<_>>()
    };
    let (work, review) = (at("2026-05-10T10:00:00Z"), at("2026-05-20T10:00:00Z"));
    let release = at("2026-05-25T10:00:00Z");
    assert_eq!(keys([None; 3], "2026-05-10T10:05:00Z"), [""; 0], "just now");
    assert_eq!(keys([None; 3], "2026-05-10T10:06:00Z"), ["setup-work-date-past"]);
    assert_eq!(
        keys([None; 3], "2026-06-01T00:00:00Z"),
        ["setup-work-date-past", "setup-review-date-past", "setup-release-date-past"]
    );
    assert_eq!(keys([work, review, release], "2026-06-01T00:00:00Z"), [""; 0], "they were there");
    assert_eq!(keys([review, review, release], "2026-06-01T00:00:00Z"), ["setup-work-date-past"], "moved backwards");
}

#[test]
fn without_script_dates_are_utc() {
    let setup = Setup::read(&form(&[("work_due", ""), ("work_due_local", "2026-05-10T10:00")]), Lang::En);
    assert_eq!(setup.rules.work_due_at, UtcTime::parse_iso("2026-05-10T10:00:00Z"));
    assert_eq!(setup.problems(), []);
}

#[test]
fn buttons_change_the_rubric_and_keep_the_rest() {
    let mut setup = Setup::read(&form(&[]), Lang::En);
    assert!(setup.apply("add", Lang::En));
    for what in ["number", "yes-no", "words"] {
        assert!(setup.apply(&format!("add:{what}"), Lang::Fr));
    }
    let kinds: Vec<Kind> = setup.rubric.criteria.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [Kind::Levels, Kind::Levels, Kind::Number, Kind::Levels, Kind::Words]);
    assert_eq!(setup.rubric.criteria[3].levels[1].label, "Oui");
    setup.rubric.criteria.truncate(2);
    assert_eq!(setup.rubric.criteria[1].id, "c2");
    assert!(setup.apply("add-level:1", Lang::En));
    assert_eq!(setup.rubric.criteria[1].levels.len(), 4);
    assert!(setup.apply("remove-level:1", Lang::En));
    assert!(setup.apply("remove:0", Lang::En));
    assert_eq!(setup.rubric.criteria[0].id, "c1");
    assert!(setup.apply("template:conversation", Lang::Fr));
    assert_eq!(setup.rubric.criteria.len(), 3);
    assert_eq!(setup.title, "T");
    assert!(!setup.apply("save", Lang::En));
    assert!(setup.apply("remove:99", Lang::En), "an index out of range changes nothing");
    assert_eq!(setup.rubric.criteria.len(), 3);
}

#[test]
fn days_count_dates_from_the_date_of_the_works() {
    let counted = |changes: &[(&str, &str)]| {
        let mut setup = Setup::read(&form(changes), Lang::En);
        setup.count_days();
        let keys: Vec<_> = setup.problems().into_iter().map(|p| p.key).collect();
        let dates = [setup.rules.review_from_at, setup.rules.review_due_at, setup.rules.release_at];
        (keys, dates.map(|date| date.map(UtcTime::iso_seconds).unwrap_or_default()))
    };
    let all = [("review_from_days", "0"), ("review_due_days", "7"), ("release_days", "2")];
    let expected = ["2026-05-10T10:00:00Z", "2026-05-17T10:00:00Z", "2026-05-19T10:00:00Z"];
    assert_eq!(counted(&all), (vec![], expected.map(str::to_owned)));
    // In the trainer's own zone the clocks may have changed in between; another date is not what the days say.
    let near = [("review_due_days", "7"), ("review_due", "2026-05-17T09:00:00Z")];
    assert_eq!(counted(&near).1[1], "2026-05-17T09:00:00Z");
    let far = [("review_due_days", "7"), ("review_due", "2026-05-17T07:00:00Z")];
    assert_eq!(counted(&far).1[1], "2026-05-17T10:00:00Z");
    for wrong in ["-1", "0", "366", "soon", "1.5"] {
        let (keys, dates) = counted(&[("review_due_days", wrong)]);
        assert_eq!((keys, dates[1].as_str()), (vec!["setup-days-range"], "2026-05-20T10:00:00Z"), "{wrong}");
    }
    assert_eq!(counted(&[("review_due_days", "7"), ("work_due", "")]).0, ["setup-days-no-date"]);
    assert_eq!(
        counted(&[("release_days", "0"), ("review_due", "")]).0,
        ["setup-release-no-end", "setup-days-no-date"][1..]
    );
}
