//! Which works a trainer should look at, and whether reviews will be missing (peer-assessment.md §5).

use crate::store::columns::Points;

/// Reviews that are further apart than this disagree.
const APART: Points = Points::whole(25);
/// Where works are checked at all, at least so many: three checked works of thirty already make all marks better (§4.9).
const CHECKED_LEAST: usize = 3;

/// A work as far as this needs it.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// The totals of the reviews that count.
    pub totals: Vec<Points>,
    /// How unsure its mark is; None where nothing says so.
    pub margin: Option<Points>,
    /// Whether the trainer has decided about it already.
    pub settled: bool,
}

/// Why a work is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody reviewed it, and nobody will.
    Unreviewed,
    /// Its reviews are far apart: the lowest and the highest.
    Disagreement(Points, Points),
    /// Its mark is less sure than the others': a check makes all marks more exact.
    Unsure(Points),
}

/// The works worth a look, by their places, the most urgent first. `over` says that no more reviews come, `share` how many
/// works of a hundred are worth a check because their marks are the least sure.
#[must_use]
pub fn worth_a_look(works: &[Work], over: bool, share: usize) -> Vec<(usize, Why)> {
    let open = || works.iter().enumerate().filter(|(_, work)| !work.settled);
    let unreviewed = open().filter(|(_, w)| over && w.totals.is_empty()).map(|(at, _)| (at, Why::Unreviewed));
    let mut found: Vec<(usize, Why)> = unreviewed.collect();
    let mut apart: Vec<(Points, usize, Why)> = open()
        .filter_map(|(at, work)| {
            let (low, high) = (*work.totals.iter().min()?, *work.totals.iter().max()?);
            let range = Points(high.0 - low.0);
            (range > APART).then_some((range, at, Why::Disagreement(low, high)))
        })
        .collect();
    apart.sort_by_key(|(range, at, _)| (std::cmp::Reverse(*range), *at));
    found.extend(apart.into_iter().map(|(_, at, why)| (at, why)));
    let mut unsure: Vec<(Points, usize)> = open()
        .filter(|(at, _)| found.iter().all(|(known, _)| known != at))
        .filter_map(|(at, work)| Some((work.margin?, at)))
        .collect();
    unsure.sort_by_key(|(margin, at)| (std::cmp::Reverse(*margin), *at));
    // What was checked counts towards the share.
    let checked = works.iter().filter(|w| w.settled).count();
    let least = if share > 0 { CHECKED_LEAST } else { 0 };
    let wanted = (works.len() * share).div_ceil(100).max(least).saturating_sub(checked);
    found.extend(unsure.into_iter().take(wanted).map(|(margin, at)| (at, Why::Unsure(margin))));
    found
}

/// How many reviews will be missing at the end: the places that are still free, without those that learners who may
/// still review will fill. Close to the end only as many learners are counted on as have begun (§5, shortage forecast).
#[must_use]
pub fn shortage(free: usize, to_come: usize, begun: usize, learners: usize, is_close: bool) -> usize {
    let expected = if is_close && learners > 0 { to_come * begun / learners } else { to_come };
    free.saturating_sub(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn work(totals: &[i64], margin: Option<i64>) -> Work {
        Work {
            totals: totals.iter().map(|t| Points::whole(*t)).collect(),
            margin: margin.map(Points::whole),
            settled: false,
        }
    }

    #[test]
    fn the_most_urgent_comes_first() {
        let works = [
            work(&[60, 70], Some(9)),
            work(&[20, 90], Some(8)),
            work(&[], None),
            work(&[50, 76], Some(20)),
            work(&[50, 75], Some(4)),
            Work { settled: true, ..work(&[0, 100], Some(30)) },
        ];
        let whole = Points::whole;
        let disagree = [(1, Why::Disagreement(whole(20), whole(90))), (3, Why::Disagreement(whole(50), whole(76)))];
        let unsure = [(0, Why::Unsure(whole(9))), (4, Why::Unsure(whole(4)))];
        assert_eq!(worth_a_look(&works, false, 10), [disagree, unsure].concat());
        assert_eq!(worth_a_look(&works, true, 10)[0], (2, Why::Unreviewed));
        assert!(worth_a_look(&[], true, 10).is_empty());
    }

    #[test]
    fn as_many_are_checked_as_the_trainer_wants() {
        let works = vec![work(&[60, 60], Some(5)); 40];
        assert_eq!(worth_a_look(&works, false, 10).len(), 4);
        assert_eq!(worth_a_look(&works, false, 25).len(), 10);
        assert_eq!(worth_a_look(&works, false, 1).len(), 3);
        assert_eq!(worth_a_look(&works, false, 0).len(), 0, "no checks wanted");
        let mut half_done = works;
        for done in &mut half_done[..3] {
            done.settled = true;
        }
        assert_eq!(worth_a_look(&half_done, false, 10).len(), 1);
    }

    #[test]
    fn missing_reviews_are_forecast() {
        assert_eq!(shortage(10, 10, 2, 10, false), 0, "there is time");
        assert_eq!(shortage(10, 10, 2, 10, true), 8, "two of ten have begun");
        assert_eq!(shortage(10, 4, 10, 10, false), 6, "nobody is left to write them");
        assert_eq!(shortage(0, 0, 0, 0, true), 0);
    }

    proptest! {
        #[test]
        fn nothing_is_listed_twice(rows in prop::collection::vec((prop::collection::vec(0i64..=100, 0..5), prop::option::of(0i64..40), any::<bool>()), 0..40), over: bool, share in 0usize..=50) {
            let works: Vec<Work> =
                rows.iter().map(|(totals, margin, settled)| Work { settled: *settled, ..work(totals, *margin) }).collect();
            let found = worth_a_look(&works, over, share);
            let mut places: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
            prop_assert!(places.iter().all(|at| !works[*at].settled));
            places.sort_unstable();
            places.dedup();
            prop_assert_eq!(places.len(), found.len());
        }
    }
}
