//! Which activity a link opens that has none yet. Pure.

/// Where the activity is that a link names in its custom parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// In this course, and no link opens it yet.
    Waiting,
    /// In this course, behind another link.
    Placed {
        /// Whether the new link says that it shall open the same activity.
        opens_again: bool,
    },
    /// In other courses of this LMS.
    Elsewhere {
        /// Whether this course was copied from one of them.
        is_in_history: bool,
        /// Whether the asker trains one of them.
        is_trained_by_asker: bool,
    },
}

/// What a link opens from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The activity itself.
    Place,
    /// A fresh activity with its settings.
    Copy,
    /// Neither: the name leads nowhere that the asker may go.
    Nothing,
}

/// The name is signed by the LMS but typed by whoever edits the link, so it opens nothing of another
/// course by itself: that takes a course copy, which the LMS vouches for, or somebody who trains there.
/// A duplicate of a link in one course gets an activity, and so a column, of its own.
#[must_use]
pub const fn resolve(named: Named) -> Resolution {
    match named {
        Named::Waiting | Named::Placed { opens_again: true } => Resolution::Place,
        Named::Placed { opens_again: false }
        | Named::Elsewhere { is_in_history: true, .. }
        | Named::Elsewhere { is_trained_by_asker: true, .. } => Resolution::Copy,
        Named::Elsewhere { is_in_history: false, is_trained_by_asker: false } => Resolution::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_activity_is_opened_and_its_duplicate_is_not_shared() {
        assert_eq!(resolve(Named::Waiting), Resolution::Place);
        assert_eq!(resolve(Named::Placed { opens_again: false }), Resolution::Copy);
        assert_eq!(resolve(Named::Placed { opens_again: true }), Resolution::Place);
    }

    #[test]
    fn an_activity_of_another_course_is_copied_at_most() {
        for (is_in_history, is_trained_by_asker, wanted) in [
            (true, false, Resolution::Copy),
            (false, true, Resolution::Copy),
            (true, true, Resolution::Copy),
            (false, false, Resolution::Nothing),
        ] {
            assert_eq!(resolve(Named::Elsewhere { is_in_history, is_trained_by_asker }), wanted);
        }
    }
}
