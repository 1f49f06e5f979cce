use super::*;
use crate::activity::model::MarkMethod;
use crate::peer::marks::{Given, Input};
use crate::peer::rubric::{Criterion, Level};

fn id(n: usize) -> PersonId {
    PersonId(format!("p{n:02}"))
}

/// What a reviewer of the tests does.
#[derive(Clone)]
struct Plain {
    reviewer: PersonId,
    authors: Vec<PersonId>,
    work: SubmissionId,
    body: ReviewBody,
    total: i64,
    seconds: i64,
}

impl Plain {
    fn seen(&self) -> Seen<'_> {
        Seen {
            reviewer: &self.reviewer,
            authors: &self.authors,
            work: &self.work,
            body: &self.body,
            total: Points::whole(self.total),
            seconds: self.seconds,
        }
    }
}

fn rubric() -> Rubric {
    let levels = (0..5).map(|points| Level { label: "L".into(), points, ..Level::default() }).collect::<Vec<_>>();
    let criterion =
        |i: usize| Criterion { id: format!("c{i}"), weight: 10, levels: levels.clone(), ..Criterion::default() };
    Rubric { criteria: (1..=4).map(criterion).collect(), ..Rubric::default() }
}

/// Twelve people who review the next four, each in words of their own, as well as they can.
fn group() -> Vec<Plain> {
    let mut all = Vec::new();
    for reviewer in 0..12_usize {
        for step in 1..=4 {
            let author = (reviewer + step) % 12;
            let quality = 30 + i64::try_from(author * 5).unwrap();
            let noise = i64::try_from((reviewer * 7 + step * 13) % 9).unwrap() - 4;
            let levels = (1..=4).map(|c| (format!("c{c}"), (author + c + step) % 5)).collect();
            let words: Vec<String> = (0..15).map(|w| format!("r{reviewer}s{step}w{w}")).collect();
            let body = ReviewBody { levels, overall: words.join(" "), ..ReviewBody::default() };
            let seconds = 600 + i64::try_from((reviewer * 131 + step * 57) % 900).unwrap();
            let work = SubmissionId(format!("s{author:02}"));
            all.push(Plain {
                reviewer: id(reviewer),
                authors: vec![id(author)],
                work,
                body,
                total: quality + noise,
                seconds,
            });
        }
    }
    all
}

fn marks_of(all: &[Plain], method: MarkMethod) -> Marks {
    let mut reviews: Vec<Given> = all
        .iter()
        .map(|p| Given { work: p.work.clone(), reviewer: p.reviewer.clone(), total: Points::whole(p.total) })
        .collect();
    reviews.sort();
    let input = Input {
        method,
        reviews,
        trainer: Vec::new(),
        practice: Vec::new(),
        references: Vec::new(),
        criteria: Vec::new(),
    };
    input.run()
}

fn signs(all: &[Plain]) -> BTreeMap<PersonId, BTreeSet<Sign>> {
    let seen: Vec<Seen<'_>> = all.iter().map(Plain::seen).collect();
    of(&seen, &rubric(), &marks_of(all, MarkMethod::Robust))
}

fn changed(change: impl Fn(&mut Plain)) -> BTreeMap<PersonId, BTreeSet<Sign>> {
    let mut all = group();
    all.iter_mut().for_each(change);
    signs(&all)
}

#[test]
fn a_group_that_reviews_well_shows_nothing() {
    assert_eq!(signs(&group()), BTreeMap::new());
    assert_eq!(signs(&[]), BTreeMap::new());
}

#[test]
fn each_sign_is_seen_and_names_nobody_else() {
    let only = |who: usize, sign: Sign| BTreeMap::from([(id(who), BTreeSet::from([sign]))]);
    let found = changed(|p| {
        if p.reviewer == id(3) {
            p.body.levels.values_mut().for_each(|level| *level = 2);
        }
    });
    assert_eq!(found, only(3, Sign::StraightLine));
    let found = changed(|p| {
        if p.reviewer == id(4) && p.authors == [id(6)] {
            p.seconds = 8;
        }
    });
    assert_eq!(found, only(4, Sign::Quick(8)));
    let found = changed(|p| {
        if p.reviewer == id(5) {
            p.body.overall = "One text for all the works that I got because nobody will ever read them anyway".into();
        }
    });
    assert_eq!(found, only(5, Sign::Repeats));
    let found = changed(|p| {
        if p.reviewer == id(6) {
            p.total = 55 + p.total % 2;
        }
    });
    assert!(found[&id(6)].contains(&Sign::Steady), "{found:?}");
    let found = changed(|p| {
        if p.reviewer == id(7) {
            p.total = (p.total + 30).min(100);
        }
    });
    assert!(found[&id(7)].iter().any(|s| matches!(s, Sign::Kind(points) if *points > 10)), "{found:?}");
    let found = changed(|p| {
        if p.reviewer == id(7) {
            p.total -= 30;
        }
    });
    assert!(found[&id(7)].iter().any(|s| matches!(s, Sign::Strict(points) if *points > 10)), "{found:?}");
}

#[test]
fn what_two_people_share_is_told_of_both() {
    let text = "The argument is clear and the second part is well supported by figures from last year";
    let found = changed(|p| {
        if (p.reviewer == id(1) && p.authors == [id(2)]) || (p.reviewer == id(9) && p.authors == [id(10)]) {
            p.body.overall = text.into();
        }
    });
    assert_eq!(found[&id(1)], BTreeSet::from([Sign::AlikeWith(id(9))]));
    assert_eq!(found[&id(9)], BTreeSet::from([Sign::AlikeWith(id(1))]));
    // The first and the seventh review each other, and give each other everything.
    let mut all = group();
    for (reviewer, author) in [(0, 6), (6, 0)] {
        let of_author = all.iter().find(|p| p.authors == [id(author)]).unwrap().clone();
        let body = ReviewBody { overall: String::new(), ..of_author.body };
        all.push(Plain { reviewer: id(reviewer), total: 100, body, ..of_author });
    }
    let found = signs(&all);
    assert!(found[&id(0)].contains(&Sign::Mutual(id(6))) && found[&id(6)].contains(&Sign::Mutual(id(0))), "{found:?}");
    // The same by somebody who handed in with the seventh, who now has reviewed as everybody does.
    for p in &mut all {
        if p.authors == [id(6)] {
            p.authors.push(id(12));
        }
        if p.reviewer == id(6) && p.authors == [id(0)] {
            p.reviewer = id(12);
        }
    }
    let found = signs(&all);
    let mutual = |who: usize| found[&id(who)].iter().filter(|sign| matches!(sign, Sign::Mutual(_))).collect::<Vec<_>>();
    assert_eq!(mutual(12), [&Sign::Mutual(id(0))]);
    assert_eq!(mutual(0), [&Sign::Mutual(id(12))]);
}

#[test]
fn an_angry_authors_rating_does_not_count() {
    let all = group();
    let marks = marks_of(&all, MarkMethod::Mean);
    let (fair, strict) = (&all[0], Plain { total: 0, ..all[1].clone() });
    assert_eq!(helpfulness(&[(fair.seen(), 4), (strict.seen(), 1)], &marks), Some(4.0));
    assert_eq!(helpfulness(&[(strict.seen(), 1)], &marks), None);
    assert_eq!(helpfulness(&[], &marks), None);
}

#[test]
fn people_who_favour_their_own_are_told() {
    let of: BTreeMap<PersonId, String> =
        (0..12).map(|n| (id(n), if n % 2 == 0 { "Acme" } else { "Brio" }.to_owned())).collect();
    let found = |all: &[Plain]| {
        let seen: Vec<Seen<'_>> = all.iter().map(Plain::seen).collect();
        kin(&seen, &of, &marks_of(all, MarkMethod::Robust))
    };
    let mut all = group();
    assert_eq!(found(&all), None, "nobody favours anybody");
    // Somebody who is kind to all is not kind to their own.
    for p in all.iter_mut().filter(|p| of[&p.reviewer] == "Brio") {
        p.total = (p.total + 15).min(100);
    }
    assert_eq!(found(&all), None);
    for p in all.iter_mut().filter(|p| of[&p.reviewer] == "Acme" && of[&p.authors[0]] == "Acme") {
        p.total += 20;
    }
    let told = found(&all);
    assert!(told.as_ref().is_some_and(|kin| (8..=20).contains(&kin.points) && kin.reviews == 24), "{told:?}");
    all.reverse();
    assert_eq!(found(&all), told, "in any order");
    // The reviews of one or two people are no proof.
    all.retain(|p| p.reviewer <= id(1));
    assert_eq!(found(&all), None);
}
