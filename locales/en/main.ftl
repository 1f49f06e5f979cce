# Everything that people read. French has the same keys; a test compares them.

skip-to-content = Skip to the content
back-to-lms = Back to the course
participant = Participant
participant-number = Participant { $number }
cancel = Cancel
later = Later
optional = optional
until = until
settings = Settings
out-of-100 = out of 100
reviewing-made = Reviewing: { $mark } out of 100 (reviews sent: { $how }).
by-trainer = by the trainer
learners = { $n ->
    [one] { $n } learner
   *[other] { $n } learners
}
words = { $n ->
    [one] { $n } word
   *[other] { $n } words
}

## Opening
opening = Opening your activity
opening-wait = One moment. If nothing happens, open the activity again from your course.
opening-no-script = Continue
opening-needs-script = This browser keeps no cookies here, so the activity needs JavaScript. Switch it on, or open the activity in a new window from your course.
continue-title = Is this you?
continue-why = Your browser keeps no cookies for this activity, so please confirm whose work this will be.
continue-as = Continue as { $name }
continue-as-in = Continue as { $name } in { $course }
continue-not-you = Not you? Close this page, sign in to your learning platform with your own account and open the activity again.
open-in-new-window = Open in a new window

## Saving while writing
autosave-idle = What you write is saved as you type.
autosave-saving = Saving…
autosave-saved = Saved
autosave-unsaved = Not saved yet…
autosave-offline = Not saved: no connection. Your text stays here; it is tried again by itself.
autosave-lost = Your session has ended. Your text is still here: copy it, then open the activity again from your course.
editor-no-files = Files and pictures cannot be added here; please write text.

## Errors
error-reference = If you ask for help, name this reference:
error-internal-title = Something went wrong on our side
error-internal-text = Nothing you sent before is lost. Try again in a moment; if it happens again, tell your trainer the reference below.
error-unavailable-title = The activity cannot be reached at this moment
error-unavailable-text = Try again in a few minutes. What you sent before is safe.
error-not-found-title = This page does not exist
error-not-found-text = It may have moved, or it belongs to another course. Open the activity again from your course.
error-forbidden-title = This page is not for your role
error-forbidden-text = Only trainers of this course can do this. If you are one, ask your LMS administrator to check your role in the course.
error-stale-form-title = This page is out of date
error-stale-form-text = You opened another activity in the meantime, or as somebody else. Copy what you wrote, then open the activity again from your course.
error-no-session-title = Please open the activity again
error-no-session-text = Your session has ended, or your browser keeps no cookies here. Go back to your course and open the activity again; what was saved is still there.
error-bad-request-title = This request makes no sense to us
error-bad-request-text = Open the activity again from your course.
error-too-large-title = This is too long
error-too-large-text = The text is longer than we can take. Shorten it and send it again.
error-method-title = This page cannot be opened like that
error-method-text = Open the activity again from your course.
error-host-title = This is not the address of Cercle
error-host-text = Open the activity from your course. Administrators: the address must be the one in CERCLE_PUBLIC_URL.
error-refused-title = That is not possible now
error-start-from-course-title = Please start from your course
error-start-from-course-text = This address only works when your learning platform opens it. Go to your course and open the activity there.
error-platform-unknown-title = We do not know this learning platform
error-platform-unknown-text = Your administrator has to register it first, with exactly this issuer and client ID.
error-platform-disabled-title = This learning platform is switched off here
error-platform-disabled-text = Your administrator has switched it off in Cercle. Ask them to switch it on again.
error-deployment-pending-title = Waiting for your administrator
error-deployment-pending-text = This installation of the tool is new to us. Your administrator has to approve it; then open the activity again.
error-deployment-disabled-title = This installation is switched off
error-deployment-disabled-text = Your administrator has switched this installation of the tool off. Ask them to switch it on again.
error-anonymous-title = Your learning platform hides who you are
error-anonymous-text = Working with peers needs to know whose work is whose. Sign in to your learning platform; if you are signed in, ask your administrator to let this tool see the user ID.
error-launch-stale-title = This opening is out of date
error-launch-stale-text = It took too long, or it was begun in another browser. Open the activity again from your course.
error-launch-used-title = This opening was used already
error-launch-used-text = Reloading does not work here. Open the activity again from your course.
error-launch-clock-title = The message from your learning platform is out of date
error-launch-clock-text = Open the activity again from your course. If it happens each time, the clock of the learning platform or of Cercle is wrong: tell your administrator.
error-launch-refused-title = We could not verify this opening
error-launch-refused-text = Open the activity again from your course. If it happens again, give your administrator the reference below: the log says why.
error-platform-error-title = Your learning platform did not let you in
error-platform-error-text = Often its own session has ended, or its cookies are blocked in this frame. Sign in there again, or open the activity in a new window.
error-message-type-title = This kind of link is not supported yet
error-message-type-text = Open the activity itself from your course.
error-deep-linking-role-title = Only trainers choose what is placed in a course
error-deep-linking-role-text = Your role in this course is not that of a trainer. If it should be, ask your LMS administrator to check it.
error-review-role-title = This is somebody else’s work
error-review-role-text = From the gradebook you can open your own work. Only trainers of the course open that of others.
error-deep-linking-answer-title = We cannot answer your learning platform
error-deep-linking-answer-text = It does not say where the answer goes, or it names an address that is not its own. Tell your administrator the reference below. Nothing was placed.
error-deep-linking-place-title = Nothing of ours fits here
error-deep-linking-place-text = This place takes no activities. Add one from inside a course, as an external tool.
error-admin-session-title = Your session has ended
error-admin-session-text = Sign in to the console again in another window. What you typed is still here to be copied.
error-admin-link-title = This address is over
error-admin-link-text = It works once, for 30 minutes. Make another one on the Cercle server: cercle admin link
error-rate-limited-title = Too many openings at once
error-rate-limited-text = Wait a minute, then open the activity again from your course.
error-lms-unreachable-title = Your learning platform does not answer us
error-lms-unreachable-text = We cannot check its signature now. Try again in a few minutes; if it lasts, tell your administrator.

## Refusals by a rule
refused-released = The marks were released already, so this can no longer be changed.
refused-changed-meanwhile = Somebody else changed this in the meantime. Open the page again, look, and repeat your change.
refused-work-too-long = The text is longer than 200 KB. Shorten it; nothing of it was lost.
refused-work-empty = There is no text yet. Write your work, then hand it in.
refused-work-handed-in = This work was handed in already.
refused-work-newer-elsewhere = A newer text was saved from another window. Copy what you wrote here, then open the page again.
refused-work-deadline-passed = The time for handing in has passed. Your text is saved. Ask your trainer whether it can still be handed in.
refused-work-opened = A reviewer has opened your work, so it can no longer be changed.
refused-review-deadline-passed = The time for reviews has passed. What you wrote is saved. Ask your trainer.
refused-review-hand-in-first = Hand in your own work first; then you get works of others to review.
refused-review-none-waiting = No work waits for a review now.
refused-review-enough = You have sent all your reviews.
refused-review-sent = This review was sent already.
refused-column-gone = This column cannot be chosen any more: it is gone, or the grades have found another one. Look at the grades again.
refused-test-user = You are the test person of your learning platform: you can look at everything and write, but you take no part in reviewing.
refused-mark-no-reason = Say why: the learner reads the reason beside the mark.
refused-mark-reason-too-long = The reason is longer than 1,000 characters.
refused-mark-range = The mark must be a number from 0 to 100.
refused-release-changed = A mark has changed since you opened this preview. Look at it again, then release.
refused-release-no-marks = Nobody has a mark yet, so there is nothing to release.
refused-picker-nothing = Nothing is chosen yet. Choose an activity, then add it.
refused-picker-too-many = That is more than 50 activities at once. Choose fewer.
refused-picker-one = Your learning platform takes one activity here. Choose one.
refused-picker-answered = You have answered already. Close this window and look in your course; to choose again, open the selection again from there.
refused-rotation-under-way = A rotation is under way. Wait until the new key signs.

## Not set up
not-set-up-title = Not set up yet
not-set-up-text = Your trainer has not set this activity up yet.
not-set-up-next = Come back later, or ask your trainer.
no-work-yet-title = No work yet
no-work-yet-text = This learner has not opened the activity yet, so there is nothing to look at.
no-work-yet-group = See the group

## Choosing what is placed
pick-crumb = Choose an activity
pick-title = What shall be added to the course?
pick-link-title = What shall this link open?
pick-unknown = This link names an activity that is not known in this course: it belongs to another course, or it is gone. Choose what it shall open instead.
pick-new = A new peer assessment
pick-new-text = One page: task, dates, rubric.
pick-new-go = Set up a new one
pick-existing = One that exists
pick-search = Search by title or course
pick-search-go = Search
pick-found = { $n ->
    [0] Nothing fits.
    [one] { $n } activity
   *[other] { $n } activities
}
pick-here = in this course
pick-changed = changed
pick-place = Place it
pick-again = Link to it once more
pick-copy = Use a fresh copy
pick-help = A fresh copy has the same task, rubric and settings, and nobody’s work. A further link opens the same activity; its marks stay in the column of the first link.
pick-add = Add to the course
pick-open = Open it here
pick-pages = Pages
pick-page = Page { $n } of { $k }
pick-previous = Previous
pick-next = Next
pick-cancel = Cancel and go back to the course
answer-title = Back to your course
answer-text = Your learning platform takes over from here.
answer-go = Continue

## Set-up
setup-title = Set up a peer assessment
setup-crumb = New activity
setup-intro = Learners hand in a work, review works of others with your rubric, and get a mark that you release.
setup-correct = Please correct:
setup-task = The task
setup-field-title = Title
setup-field-brief = Brief
setup-brief-help = What shall learners hand in, and what is it good for?
setup-when = Dates
setup-field-work-due = Hand in until
setup-field-review-due = Review until
setup-dates-help = Leave a date empty for no limit. Reviewing begins as soon as two works are there.
setup-reviewing = Reviewing
setup-field-reviews = Reviews by each learner
setup-field-anonymity = Who sees whose name?
anonymity-double-blind = Double-blind
anonymity-double-blind-help = Neither authors nor reviewers see a name. You see both.
anonymity-open = Open
anonymity-open-help = Authors and reviewers see each other's names.
setup-field-reviewing = Grade the reviewing too, in a second column of the gradebook
setup-reviewing-help = Each learner who handed in gets 0–100: the share of the asked reviews that they sent. Released together with the marks.
reviewing-column = { $title } – reviewing
setup-rubric = Rubric
setup-rubric-help = Start from one of these, then change what you like. Choosing one replaces the criteria below.
setup-rubric-in-use = Reviews have begun, so the rubric no longer changes.
setup-criterion = Criterion { $n }
setup-criterion-title = Name
setup-criterion-weight = Weight (1–100)
setup-criterion-desc = What is looked at
setup-levels-help = Levels from the lowest to the highest. Points only matter within a criterion: the best level counts in full.
setup-level = Level { $n }
setup-level-label = Name of the level
setup-level-points = Points
setup-level-desc = What a work at this level is like
setup-add-level = Add a level
setup-remove-level = Remove the last level
setup-remove-criterion = Remove this criterion
setup-add-criterion = Add a criterion
setup-use-existing = Use an activity that exists, or a copy of one
setup-column = In the gradebook
setup-field-points = Points of a full mark (1–1000)
setup-points-help = Your learning platform makes a column with so many points. Marks here are out of 100 and are converted.
setup-save = Create the activity
settings-title = Settings
settings-save = Save the settings
setup-no-title = Give the activity a title.
setup-title-too-long = The title is longer than 200 characters.
setup-no-brief = Write a brief: learners need to know what to hand in.
setup-brief-too-long = The brief is longer than 200 KB.
setup-work-date-unreadable = “Hand in until” is no date we can read.
setup-review-date-unreadable = “Review until” is no date we can read.
setup-review-before-work = “Review until” must be later than “Hand in until”.
setup-reviews-range = Choose 1 to 6 reviews by each learner.
setup-points-range = The points must be a whole number from 1 to 1000.
rubric-problem-in = Criterion { $n }: { $problem }
rubric-no-criteria = The rubric needs at least one criterion.
rubric-too-many-criteria = The rubric has more than 10 criteria.
rubric-criterion-untitled = give it a name.
rubric-text-too-long = a text is too long.
rubric-weight = the weight must be a number from 1 to 100.
rubric-levels-count = give it 2 to 6 levels.
rubric-level-unnamed = give every level a name.
rubric-points-rise = points must be whole numbers from 0 to 100 that rise from level to level.

## The learner's page
set-by = Set by { $name }
step-hand-in = Hand in
step-review = Review
step-feedback = Feedback
step-result = Result
handed-in-on = Handed in
reviews-of = { $n } of { $k } reviews
reviews-received = { $n ->
    [one] { $n } review
   *[other] { $n } reviews
}
after-release = when your trainer releases it
watch-title = You are looking on
watch-text = Your role in this course takes no part in this activity. You can read the task below.
next-write = Next: write your work
next-continue-writing = Next: finish your work
next-write-text = When you hand it in, you get { $n ->
    [one] one work
   *[other] { $n } works
} of others to review, one after the other.
start-writing = Start writing
continue-writing = Continue writing
missed-title = The time for handing in has passed
missed-text = You can no longer hand in by yourself. Ask your trainer what is still possible.
read-draft = Read your draft
next-review-title = Next: review { $n ->
    [one] one more work
   *[other] { $n } more works
}
next-review-text = You have reviewed { $n } of { $k }.
authors-dont-see-you = Authors don't see your name.
authors-see-you = Authors see your name.
start-review = Start the next review
continue-review = Continue your review
no-work-title = No work to review yet
no-work-text = The others have not handed in enough works. Look again later; nothing is lost by waiting.
look-again = Look again
reviews-over-title = The time for reviews has passed
reviews-over-text = You have sent { $n } of { $k } reviews. Your trainer releases the result.
waiting-title = All done for now
waiting-text = You have handed in and sent all your reviews. Your feedback and your mark are here as soon as your trainer releases them.
no-result-title = No result
no-result-text = The marks were released, and there is none for you. Ask your trainer.
your-result = Your result
mark-made = { $n ->
    [one] This is the rubric total of one review.
   *[other] This is the mean of the rubric totals of { $n } reviews.
}
mark-by-trainer = Your trainer decided this mark:
mark-peers-were = { $n ->
    [one] The review came to { $mark }.
   *[other] The mean of { $n } reviews was { $mark }.
}
grade-sent = In your LMS gradebook
grade-taken = Sent to your LMS, being checked
grade-not-yet = Not yet sent to your LMS
grade-nowhere = Not sent to a gradebook
feedback-title = What your reviewers wrote
feedback-none = Nobody reviewed your work.
review-number = Review { $n }
review-by = Review by { $name }
weight-percent = weight { $n } %
overall-comment = On the whole
the-task = The task
your-work = Your work
step-not-started = not started
step-draft = draft
step-handed-in = handed in
reviewers-see-you-as = Reviewers see you as { $name }.
take-back = Change my work
take-back-help = Possible until a reviewer opens it.

## Editor
editor-title = Your work
editor-label = Text of your work
hand-in = Hand in
hand-in-until = Hand in until
hand-in-help = You can change it after handing in until a reviewer opens it.
editor-closed = The time for handing in has passed. What you write is still saved; ask your trainer.

## Review page
review-n-of-k = Review { $n } of { $k }
work-by = Work by { $name }
kept-for-you-until = Kept for you until
review-closed = This review can no longer be changed.
review-incomplete = Not sent yet; everything you wrote is saved.
review-missing = { $n ->
    [0] {""}
    [one] One criterion needs a level.
   *[other] { $n } criteria need a level.
} { $k ->
    [0] {""}
    [one] One criterion needs a comment.
   *[other] { $k } criteria need a comment.
}
your-assessment = Your assessment
choose-level = Choose a level.
comment-label = Comment
comment-placeholder = What did you read that made you choose this level?
write-comment = Write a comment.
send-review = Send the review
send-review-help = A sent review can no longer be changed.
back-to-activity = Back to the activity
give-back = Give this work back
give-back-help = Somebody else reviews it then. What you wrote is kept.

## The trainer's group page
preview-release = Preview the release
released-on = Released
group-copied = A copy of another activity: same task and rubric, nobody’s work. Dates that had passed were left out; check the settings.
roster-held = { $n ->
    [one] One learner is no longer listed in your LMS, which is a large part of the group. They stay here until you say that they have left.
   *[other] { $n } learners are no longer listed in your LMS, which is a large part of the group. They stay here until you say that they have left.
}
roster-left = They have left
roster-reading = The roster of your LMS is being read. Look again in a moment.
roster-failed = The roster of your LMS could not be read. Nobody was removed; it is tried again within the hour.
roster-read = Roster of your LMS read on
roster-now = Read it now
no-work-date = No date for handing in
no-review-date = no date for reviews
review-until = review until
group-empty-title = Nobody has opened the activity yet
group-empty-text = Learners appear here when they open it from the course for the first time.
to-do-now = To do now
todo-not-handed-in = { $n ->
    [one] learner has not handed in
   *[other] learners have not handed in
}
todo-reviews-owed = { $n ->
    [one] review still owed
   *[other] reviews still owed
}
todo-short = { $n ->
    [one] work short of reviews
   *[other] works short of reviews
}
todo-marked = { $n ->
    [one] learner has a mark
   *[other] learners have a mark
}
todo-unsent = { $n ->
    [one] released grade not in the LMS
   *[other] released grades not in the LMS
}
resend = Send again now
group-title = The group, step by step
group-legend = ✓ handed in · ✎ draft · – not started
col-learner = Learner
col-work = Work
col-given = Reviews given
col-received = Received
col-mark = Mark
col-reviewing = Reviewing
col-which = For
col-grade = In the LMS
col-next = Next
n-of-k = { $n } of { $k }
next-start = has to start writing
next-hand-in = has to hand in
next-missed-hand-in = missed handing in: talk to them
next-review = has to review
next-missed-reviews = missed reviews: talk to them
next-wait = waits for reviews by others
next-ready = ready for release
next-done = done
grade-after-release = after release
grade-waiting = Waiting to be sent
grade-conflict = The LMS shows another grade
grade-conflict-with = The LMS shows { $theirs }
grade-kept = The LMS’s own grade was kept
grade-stopped = Not sent any more
grade-retrying = Not sent yet: { $reason }. It is tried again by itself.
grade-failed = Not in the LMS: { $reason }
grade-class-no_service = the LMS offers no gradebook column to this activity
grade-class-unreachable = the LMS cannot be reached
grade-class-no_answer = the LMS did not answer
grade-class-unavailable = the LMS has trouble
grade-class-throttled = the LMS asks us to wait
grade-class-token_refused = the LMS refuses our sign-in
grade-class-user_not_gradable = the LMS does not count this person as a learner of the course
grade-class-line_item_missing = the gradebook column no longer exists
grade-class-lms_not_accepting = the LMS takes no grades for this activity now (not published, or closed)
grade-class-lms_refuses = the LMS refuses this grade, it may be locked there
grade-class-forbidden = the LMS does not let us write to this column
grade-class-scope_missing = the LMS does not grant the right to send grades
grade-class-registration_disabled = this LMS is switched off in Cercle
grade-class-certificate = the certificate of the LMS is not valid
grade-class-blocked_address = the address of the LMS is not one that Cercle may talk to
grade-class-moved = the LMS has moved to another address
grade-class-clock = the server’s clock was wrong
grade-class-busy = Cercle was busy
grade-class-gave_up = no success for two weeks
grade-class-other = the LMS does not take it
grade-advice-user_not_gradable = Enrol this person as a learner in the LMS course. It is tried again at their next visit and every day.
grade-advice-line_item_missing = Make the column again, or place the activity in the course again.
grade-advice-lms_not_accepting = Publish the activity in the LMS, or open the grading period. It is tried again every day.
grade-advice-lms_refuses = Unlock the grade in the LMS gradebook. It is tried again every few hours.
grade-advice-forbidden = Ask the administrator of the LMS whether Cercle may write grades into this course.
grade-advice-no_service = Ask the administrator of the LMS to allow Cercle to use the gradebook, then open the activity from the course again.
grade-advice-token_refused = Ask the administrator to look at this LMS in Cercle’s console.
grade-advice-scope_missing = Ask the administrator of the LMS to allow Cercle to send grades.
grade-advice-registration_disabled = Ask the administrator of Cercle to switch this LMS on.
grade-advice-gave_up = The grade is kept here. Try again when the LMS works.
grades-title = Grades in the LMS
grades-none = No grade has been released yet.
grades-intro = Every grade here is in the LMS, on its way, or waits for you. Nothing is lost.
grades-lost = { $n ->
    [one] The gradebook column no longer exists; { $n } grade waits for one.
   *[other] The gradebook column no longer exists; { $n } grades wait for one.
}
grades-new-column = Make the column again
columns-title = Choose a column
columns-intro = The gradebook column that the grades went to no longer exists. Choose another one of this course: all grades go there, over whatever stands in it.
columns-for-marks = For the marks
columns-for-reviewing = For the reviewing
columns-which = The columns that your learning platform has
columns-points = out of { $points }
columns-use = Send the grades there
columns-none = There is no other column in this course that could take them. Make the column again instead.
columns-failed = Your learning platform does not show its columns now: { $reason }
grades-keep = Keep { $theirs } in the LMS
grades-keep-none = Leave it as it is in the LMS
grades-send-ours = Send { $ours }
grades-stop = Stop sending this grade
grades-check = Check what the LMS has now
grades-csv = { $n ->
    [one] { $n } grade that is not confirmed (CSV)
   *[other] { $n } grades that are not confirmed (CSV)
}
grades-banner = { $n ->
    [one] { $n } grade needs your decision.
   *[other] { $n } grades need your decision.
}
grades-open = Look at the grades
grade-checked = checked
grade-since = since
grade-next = next try
grade-changed-at = changed there
col-tries = Last tries
col-in-lms = In the LMS
col-do = What to do
tries = { $n ->
    [one] { $n } try
   *[other] { $n } tries
}
try-unknown = interrupted; it is checked
try-taken = the LMS took it

## A learner's sheet
shown-to-peers-as = Shown to peers as { $name }
mark-title = Mark
mark-from-peers = { $n ->
    [one] One review: { $mark }.
   *[other] Mean of { $n } reviews: { $mark }.
}
mark-none-yet = No review has been sent about this work.
mark-overridden = You decided this mark:
override-title = Decide the mark yourself
override-mark = Mark (0–100)
override-reason = Reason
override-help = The learner reads the reason beside the mark.
override-set = Set this mark
override-undo = Let the reviews count again
draft-is-private = There is a draft. Only its author sees it until it is handed in.
reviews-received-title = Reviews received
reviews-given-title = Reviews given
reviews-none = None yet.
review-under-way = being written
review-of = Work of { $name }

## Release
release-title = Preview of the release
release-intro = Nothing is final until you release. Learners then see their mark and their reviews, and the marks go to the LMS gradebook. Reviewing ends.
release-open-reviews = { $n ->
    [one] One review is being written now. It would not count.
   *[other] { $n } reviews are being written now. They would not count.
}
release-without-mark = { $n ->
    [one] One learner has no mark and would get none. You can decide a mark on their sheet.
   *[other] { $n } learners have no mark and would get none. You can decide marks on their sheets.
}
col-before = Before
col-effect = What changes
effect-new = new
effect-changed = changes
effect-same = stays
effect-none = no mark
release-button = { $n ->
    [one] Release one mark
   *[other] Release { $n } marks
}
release-nothing = There is nothing new to release.

# Registering an LMS
tool-description = Peer assessment in small private groups: hand in, review, get a mark that is explained.
register-title = Connect a learning platform
register-heading = Connect { $host }?
register-updates = This updates the connection “{ $name }”.
register-it-sends = What it will tell us
register-it-sends-text = Who opens an activity: name, language and role, and the course and activity by their titles. No e-mail addresses.
register-may = What we may do there
register-unknown-scopes = This platform does not offer the following, so it will not work:
register-details = Technical details
register-product = Product
register-issuer = Issuer
register-keys = Keys
register-tokens = Access tokens
register-sign-in = Sign-in
register-hosts = The configuration comes from { $source } but names { $others }. I know these addresses and they belong to my platform.
register-connect = Connect
register-not-yet = Nothing has been exchanged yet. To stop here, just leave this page.
scope-lineitem = Add a column to the gradebook for a graded activity
scope-score = Write released marks into the gradebook
scope-result = Read those marks back, to see that they arrived
scope-roster = Read who takes part in a course
register-paste-title = Paste this address into your learning platform
register-paste-text = It registers Cercle there in one step.
register-paste-address = Registration address
register-paste-moodle = Moodle: Site administration › Plugins › External tool › Manage tools, field “Tool URL”, then “Add LTI Advantage”.
register-paste-canvas = Canvas: Admin › Developer Keys › + LTI Registration, field “Registration URL”.
register-paste-once = It works once. Keep it to yourself until then.
registered-title = Connected
registered-text = “{ $name }” is registered here.
registered-missing = Your platform did not grant the following, so it will not work until it does:
registered-remains = What remains to do in your platform
registered-moodle-activate = On the card “Cercle” under Manage tools, choose “Activate”.
registered-moodle-chooser = In the settings of that card (cog wheel), set “Tool configuration usage” to “Show in activity chooser and as a preconfigured tool”.
registered-moodle-curl = If grades or launches fail later: Site administration › General › Security › HTTP security must not block { $host }, and must allow port { $port }.
registered-canvas-enable = Check the permissions and placements that Canvas now shows, confirm, and switch the key ON under Admin › Developer Keys.
registered-canvas-install = If Canvas does not install it by itself: Settings › Apps › + App, “By Client ID”, { $client }.
registered-generic-enable = Switch the tool on, and allow it in the courses that will use it.
registered-first-launch = Add an activity of Cercle to a course and open it as its trainer.
registered-close = Close
registered-may-close = You may close this page.
error-invitation-title = This registration address no longer works
error-invitation-text = It works once and for a limited time. Ask whoever runs Cercle for a new one.
error-registration-stale-title = This page was open for too long
error-registration-stale-text = Start the registration in your platform again with the same address.
error-registration-unreachable-title = Your platform could not be reached
error-registration-unreachable-text = We asked it for its configuration and got no usable answer. Check that it can be reached from the internet over https, then start again with the same address.
error-registration-configuration-title = Your platform’s configuration cannot be used
error-registration-configuration-text = It lacks something that LTI 1.3 requires, or names addresses we may not trust. Send the reference below to whoever runs Cercle.
error-registration-unconfirmed-title = Please confirm the addresses
error-registration-unconfirmed-text = The configuration names several hosts. Go back and tick the box if they all belong to your platform.
error-registration-refused-title = Your platform did not accept the registration
error-registration-refused-text = Nothing was registered here. Start again in your platform with the same address; if it fails again, send the reference below to whoever runs Cercle.
error-registration-exists-title = This connection exists already
error-registration-exists-text = Its keys are not replaced silently. To update it, ask whoever runs Cercle for an invitation that updates it.

## The console
admin-title = Cercle console
admin-nav-registrations = Learning platforms
admin-nav-invitations = Invitations
admin-nav-keys = Signing keys
admin-nav-audit = Audit log
admin-sign-out = Sign out
admin-session-lost = Your session has ended. Sign in again in another window; what you typed is still here to be copied.
admin-sign-in-title = Sign in to the console
admin-sign-in-text = The console opens by an address that works once. On the Cercle server, run:
admin-sign-in-next = Open the address that it prints in this browser. The first time it sets up an authenticator app; then a code of the app is asked for.
admin-enrol-title = Set up your authenticator app
admin-enrol-text = Scan this picture with an authenticator app, or type the key into it. Then enter the code that the app shows.
admin-enrol-picture = QR code for an authenticator app; the same key stands below as text
admin-enrol-typed = The key, to type:
admin-code-of = Code of the authenticator app of { $name }
admin-code = Code of your authenticator app
admin-enter = Sign in
admin-remembered = This browser is remembered for 30 days: there a code is enough. Only do this in a browser of your own.
admin-code-lost = The app is lost? On the Cercle server, run:
admin-code-wrong = This code does not count, or was used already. Wait for the next one and enter it.
admin-code-too-many = Too many wrong codes. Wait 15 minutes, then try again.
admin-link-over = This address is over. Make another one on the Cercle server: cercle admin link
admin-confirm-title = Is it you?
admin-confirm-text = What you are about to do can keep people out. Enter a code of your authenticator app to go on; nothing has been changed yet.
admin-confirm-go = Go on
admin-invite = Invite a platform
admin-by-hand = Register by hand
admin-empty-title = No learning platform yet
admin-empty-text = Invite one: you get an address that its administrator pastes into Moodle or Canvas, and that is all. Where that is not possible, register it by hand.
admin-col-lms = Platform
admin-col-issuer = Issuer
admin-col-client = Client ID
admin-col-state = State
admin-col-launches = Launches in 24 hours
admin-col-grades = Grades
admin-grades-none = no grade waits
admin-grades-waiting = { $n ->
    [one] { $n } grade on its way
   *[other] { $n } grades on their way
}
admin-grades-stuck = { $n ->
    [one] { $n } needs a person
   *[other] { $n } need a person
}
admin-grades-oldest = the oldest since
admin-ask-again = Ask the LMS now
circuit-closed = The LMS takes grades
circuit-open = The LMS does not answer; grades are kept and it is asked from time to time
circuit-half = The LMS answers again
circuit-auth = The LMS does not take our sign-in; look at the doctor
circuit-tls = The certificate of the LMS is not valid
circuit-blocked = The address of the LMS is one that Cercle may not talk to
circuit-moved = The LMS has moved to another address
admin-on = on
admin-off = off
admin-waiting = { $n ->
    [one] { $n } deployment waits
   *[other] { $n } deployments wait
}
admin-inbox = Deployments that wait for you
admin-inbox-text = These installations of the tool are new. Their launches are refused until you let them in.
admin-approve = Let in
admin-refuse = Refuse
admin-refused = Launches that were refused
admin-refused-none = None in the last 30 days.
admin-refused-text = The page showed the reference; the log line with it says more.
admin-unknown-lms = not registered
admin-col-when = When
admin-col-reason = Reason
admin-col-reference = Reference
admin-col-role = Role
admin-col-browser = Browser
admin-role-learner = learner
admin-role-trainer = trainer
admin-role-assistant = assistant
admin-role-observer = observer
admin-cookies-kept = keeps our cookie
admin-cookies-blocked = keeps no cookie
admin-accepted = Launches that were let in
admin-last-launches = Last launches
admin-launches-none = Nobody has opened an activity in the last day.
admin-update-text = The platform has moved, or has other keys? An invitation made for it updates this registration when its administrator pastes it.
admin-update = Invite it to update
admin-fresh = It is registered. Enter the addresses below in the platform, open an activity from a course as its trainer, then let the doctor look.
admin-doctor = Doctor
admin-doctor-of = What works with { $name }
admin-do = Do:
admin-back = Back
admin-switch-off = Switch off
admin-switch-on = Switch on
admin-since = registered
admin-deployments = Deployments
admin-deployments-none = None yet: the first launch names one.
admin-let-in = let in
admin-waits = waits
admin-refused-state = refused
admin-services = What the platform lets us do
admin-services-untold = It was registered by hand, so it has told us nothing; the doctor finds out.
admin-in-lms = What to enter in the platform
admin-login-url = Login initiation URL
admin-launch-url = Redirection, launch and content selection URL
admin-jwks-url = Public key set URL
admin-parameters = Custom parameters
admin-copy = Copy
admin-copied = Copied
admin-by-hand-text = An invitation does all of this by itself, where the platform supports Dynamic Registration.
admin-product = Which platform?
preset-moodle = Moodle
preset-canvas = Canvas (hosted)
preset-canvas-beta = Canvas beta
preset-canvas-test = Canvas test
preset-canvas-own = Canvas (your own)
preset-generic = Another one
admin-step-lms = 1. In the platform
admin-canvas-json = Canvas reads all of this by itself: add an LTI key, choose “Enter URL”, and give it this address. Then copy the client ID of the new key.
admin-canvas-json-address = Address of the configuration for Canvas
admin-step-here = 2. Here
admin-field-name = Name, for people
admin-field-site = Address of the site
admin-site-example = https://lms.example.org
admin-field-client-id = Client ID
admin-field-deployment = Deployment ID
admin-deployment-help = Leave it empty and the first launches name it; with one, others wait for you.
admin-field-issuer = Issuer (platform ID)
admin-issuer-help = Change it only if lti_iss is set in the security.yml of your Canvas.
admin-field-authorization = Authentication request URL
admin-field-token = Access token URL
admin-field-jwks = Public key set URL of the platform
admin-register = Register
admin-problem = { $field }: { $problem }
admin-site-unreadable = The address of the site is no web address. Copy it from your browser.
admin-registered-already = This issuer, client ID and key set are registered already.
registration-fault-length = must have 1 to 255 characters
registration-fault-address = is no web address
registration-fault-https = must start with https:// (http only with CERCLE_ALLOW_INSECURE_PLATFORMS=true)
registration-fault-parts = must have no user name, password or fragment
registration-fault-public = is not a public address (allowed only with CERCLE_ALLOW_INSECURE_PLATFORMS=true)
admin-invitations-text = An invitation is an address that works once, for 24 hours. Whoever administers the platform pastes it there, confirms, and the platform is registered.
admin-invited = The address
admin-invited-once = It is shown only now, and works once, until
admin-invite-name = Give the platform a name of 1 to 255 characters.
admin-invitations-made = Invitations that were made
admin-col-until = Until
invitation-used = used
invitation-over = over
invitation-open = waits
admin-keys-text = Cercle signs what it sends to the platforms. They read the public keys at our key set address.
admin-col-key = Key
admin-col-signs-from = Signs from
admin-col-published-until = Published until
key-waiting = published, signs later
key-signing = signs
key-retiring = published, signs no more
admin-rotate = Next key
admin-rotate-text = The next key is published at once and signs in 48 hours; the present one stays published for 30 days. No platform notices.
admin-rotate-go = Publish the next key
admin-rotate-now-text = Only if the present key is compromised: platforms that keep a copy of the key set refuse the tool until they fetch it again.
admin-rotate-now = Sign with a new key at once
admin-rotating = A rotation is under way: the waiting key signs at the time above.
admin-audit-text = Who did what, newest first. Lines are chained and never change.
admin-col-number = No.
admin-col-who = Who
admin-col-what = What
admin-col-subject = To what
check-public-url = Our public address
check-signing-key = Our signing key
check-public-keys = Our key set, as platforms fetch it
check-enabled = Switched on
check-key-set = The platform’s key set
check-clock = Clocks
check-launches = Launches
check-refused = Launches that were refused
check-scopes = What is granted
check-token = Access tokens
check-line-items = Gradebook
check-roster = Roster
health-ok = works
health-warning = look at it
health-failed = does not work
health-unknown = cannot be told yet

## The doctor
doctor-key-ok = a signing key opens with the key file
doctor-key-none = there is no signing key yet
doctor-key-none-do = start cercle serve once: it makes one
doctor-key-do = restore the key file that belongs to this database, or rotate: cercle keys rotate
doctor-off = launches are switched off
doctor-off-do = cercle platform enable { $id }
doctor-url-ok = { $address } is an https address
doctor-url-http = { $address } is no https address
doctor-url-do = set CERCLE_PUBLIC_URL to an https address: without it browsers keep no session inside an LMS
doctor-own-keys-unread = the key set could not be read
doctor-own-keys-do = the address must lead to this server, over https with a valid certificate, also from the LMS
doctor-own-keys-private = { $address } is not a public address, so it is not asked from here
doctor-own-keys-private-do = check from the LMS’s server that it answers
doctor-own-keys-silent = { $address } does not answer: { $detail }
doctor-own-keys-ok = { $address } serves the keys of this database
doctor-own-keys-other = { $address } answers { $n } and not with our keys
doctor-keys-do = check the address with the LMS’s administrator; without the keys every launch is refused
doctor-silent = the LMS did not answer
doctor-no-address = its address is no address
doctor-keys-status = its address answers { $n }
doctor-keys-none = it holds no RS256 key with an id
doctor-keys-ok = { $n ->
    [one] { $n } usable key
   *[other] { $n } usable keys
}
doctor-clock-untold = the LMS does not tell the time
doctor-clock-ok = the clocks agree
doctor-clock-behind = the LMS’s clock is { $n } s behind ours
doctor-clock-ahead = the LMS’s clock is { $n } s ahead of ours
doctor-clock-do = let both servers follow a time server (NTP)
doctor-launches-none = nobody has opened an activity in the last 24 hours
doctor-launches-none-do = open an activity from a course, as its trainer
doctor-launches = { $n ->
    [one] { $n } launch
   *[other] { $n } launches
} in the last 24 hours, { $k } of them in browsers that keep no cookie
doctor-token-moodle = in Moodle: the tool must be activated, its public key type “Keyset URL” with { $address }, and Site administration › General › Security › HTTP security must not block that host or port
doctor-token-canvas = in Canvas: the developer key must be ON with the public JWK URL { $address }, the scopes enforced on it must include the services, and the app must be installed by client ID
doctor-token-generic = the LMS must trust the keys at { $address } for this client id
doctor-scopes-none = no scope is known to be granted
doctor-refused-none = no launch was refused in the last 24 hours
doctor-refused = { $n ->
    [one] { $n } launch was refused
   *[other] { $n } launches were refused
} in the last 24 hours: { $reasons }
doctor-refused-do = the page “What the log says” of the documentation explains each code
doctor-scopes-ok = everything that we use
doctor-scopes-missing = it lacks: { $list }
doctor-scopes-do = let the tool have it in the LMS; without it that part does not work
doctor-token-ok = { $n ->
    [one] the LMS gives tokens for { $n } service
   *[other] the LMS gives tokens for { $n } services
}
doctor-no-course = no course is known yet in which the LMS offers it
doctor-columns-do = allow the tool to use the gradebook, then open an activity as its trainer
doctor-columns-ok = { $n ->
    [one] the gradebook of a course shows { $n } column
   *[other] the gradebook of a course shows { $n } columns
}
doctor-columns-refused-do = the LMS must allow the tool to use its gradebook
doctor-columns-gone-do = the course may be gone; open an activity of another one
doctor-down-do = ask the LMS’s administrator whether it is down
doctor-roster-do = allow the tool to read who takes part, then open an activity as its trainer
doctor-roster-ok = { $n ->
    [one] the first page of a course’s roster shows { $n } person
   *[other] the first page of a course’s roster shows { $n } people
}
doctor-roster-other = the roster answers { $n } and no list of people
doctor-roster-refused-do = the LMS must allow the tool to read who takes part
