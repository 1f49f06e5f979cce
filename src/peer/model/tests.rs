use super::*;
use proptest::prelude::*;

#[test]
fn a_trainers_decision_wins_and_can_be_taken_back() {
    let (mark, mean) = (Points(705_000), Points(690_000));
    let made = Made { mark, mean, median: mean, reviews: 2, margin: None, guarded: false };
    assert_eq!(Mark::of(Some(&made), None, None).value, Some(mark));
    let late = |points| Some(Late { days: 2, points: Points::whole(points) });
    assert_eq!(Mark::of(Some(&made), None, late(10)).value, Some(Points(605_000)));
    assert_eq!(Mark::of(Some(&made), None, late(10)).lowered(), late(10));
    assert_eq!(Mark::of(Some(&made), None, late(80)).value, Some(Points(0)), "and not below");
    assert_eq!(Mark::of(Some(&made), None, late(0)).lowered(), None);
    assert_eq!(Mark::of(None, None, late(10)).value, None);
    let (person_id, judges) = (PersonId::new(), true);
    let decided = Override { person_id, number: 1, mark: Some(Points::whole(90)), reason: "r".into(), judges };
    let with = Mark::of(Some(&made), Some(&decided), late(10));
    assert_eq!(with.lowered(), None, "what the trainer decides is not lowered");
    assert_eq!((with.value, with.reason(), with.made.as_ref()), (Some(Points::whole(90)), Some("r"), Some(&made)));
    let back = Override { mark: None, ..decided };
    assert_eq!(Mark::of(Some(&made), Some(&back), None), Mark::of(Some(&made), None, None));
    assert_eq!(Mark::of(None, None, None).value, None);
}

proptest! {
    #[test]
    fn the_mean_lies_between_and_ignores_order(mut totals in prop::collection::vec(0i64..=1_000_000, 1..12)) {
        let points: Vec<Points> = totals.iter().map(|t| Points(*t)).collect();
        let one = mean(&points).unwrap();
        prop_assert!(one.0 >= *totals.iter().min().unwrap() && one.0 <= *totals.iter().max().unwrap());
        totals.reverse();
        let reversed: Vec<Points> = totals.iter().map(|t| Points(*t)).collect();
        prop_assert_eq!(mean(&reversed), Some(one));
    }
}
