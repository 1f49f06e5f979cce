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
reviewing-formula = Of it, 60 % are for having sent them and 40 % for their quality, the mean of: { $parts }.
reviewing-agreement = agreement with the marks { $part } %
reviewing-helpful = helpful to authors { $part } %
reviewing-unknown = Their quality counts as soon as something is known of it.
reviewing-now = With what authors have said since, it would be { $mark }; it changes with the next release.
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
refused-work-empty = There is neither text nor a file yet. Write your work or add a file, then hand it in.
refused-work-handed-in = This work was handed in already.
refused-work-newer-elsewhere = A newer text was saved from another window, or by somebody in your team. Copy what you wrote here, then open the page again.
refused-work-deadline-passed = The time for handing in has passed. Your text is saved. Ask your trainer whether it can still be handed in.
refused-work-opened = A reviewer has opened your work, so it can no longer be changed.
refused-file-type = This kind of file is not taken, or its content is not what its name says. Take Word (docx), Excel (xlsx), PowerPoint (pptx), OpenDocument, PDF, PNG, JPEG, WebP or text files; save older ones (doc, xls, ppt) in the new form first.
refused-file-damaged = This file cannot be read to its end. Open it on your computer, save it again and send that file.
refused-file-protected = This file opens only with a password, so your reviewers could not read it. Save it without one and send that file.
refused-file-macros = This file brings macros, which are programs. Save it without them (docx, xlsx, pptx or without Basic) and send that file.
refused-file-bomb = This file becomes too large when it is opened. Make it smaller, for example with fewer or smaller pictures.
refused-file-pixels = This picture has more than 40 million pixels. Make it smaller and send that one.
refused-file-infected = The virus scanner found something in this file, so it was not taken. Check your computer, and tell your IT department.
refused-file-unchecked = Files cannot be checked just now, so none is taken. Your text is safe. Try again in a few minutes.
refused-file-too-large = This file is too large. Make it smaller, for example with smaller pictures.
refused-file-empty = There is nothing in this file.
refused-file-no-room = There is no room for files just now. Your text is safe. Tell your trainer, and try again later.
refused-file-missing = This file is not where it should be. Tell your trainer or your LMS administrator.
refused-files-too-many = A work has at most 20 files. Remove one first, or put several into one document.
refused-files-too-large = The files of this work are too large together. Remove one first, or make them smaller.
refused-review-deadline-passed = The time for reviews has passed. What you wrote is saved. Ask your trainer.
refused-review-practise-first = Practise first: your trainer has marked a work for you to compare with.
refused-practice-sent = You have compared this one already; there is one try.
refused-example-too-many = There are as many practice works as there may be. Withdraw one first.
refused-example-empty = Write or paste the work that learners practise on.
refused-example-tolerance = Close is within 1 to 50 points.
refused-example-rubric = The rubric has changed since this work was marked. Add it again with your marks by the new one.
refused-review-hand-in-first = Hand in your own work first; then you get works of others to review.
refused-review-none-waiting = No work waits for a review now.
refused-review-sent = This review was sent already.
refused-review-declined = You gave this work to somebody else, or your trainer took it out. Go back to the activity for another one.
refused-column-gone = This column cannot be chosen any more: it is gone, or the grades have found another one. Look at the grades again.
refused-test-user = You are the test person of your learning platform: you can look at everything and write, but you take no part in reviewing.
refused-mark-no-reason = Say why: the learner reads the reason beside the mark.
refused-mark-reason-too-long = The reason is longer than 1,000 characters.
refused-mark-range = The mark must be a number from 0 to 100.
refused-release-changed = A mark has changed since you opened this preview. Look at it again, then release.
refused-release-no-marks = Nobody has a mark yet, so there is nothing to release.
refused-extension-no-end = That date has no end for anybody, so there is nothing to extend.
refused-extension-earlier = An extension must end after everybody’s date.
refused-extension-no-reason = Say why: the learner reads the reason.
refused-extension-unreadable = A date could not be read. Choose it again.
refused-nothing-written = Nothing is written yet.
refused-response-too-long = The text is too long. Shorten it; nothing of it was lost.
refused-helpful-range = Choose a number from 1 to 5.
refused-replied-already = You have replied already; one reply is all there is. It is shown below.
refused-reported-already = You have reported this review already; your trainer will look at it.
refused-appealed-already = You have asked your trainer already; the answer will be here.
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
setup-more = More: how marks are made, a grade for reviewing
setup-field-method = How do reviews become a mark?
method-robust = Robust
method-robust-help = Reviews are corrected for how strict or kind their reviewer is with everybody, and careful reviewers count more. Groups with fewer than 8 works, or fewer than 2.5 reviews for each, get the mean.
method-mean = Mean
method-mean-help = All reviews count the same.
method-median = Median
method-median-help = The middle review counts. With 3 to 5 reviews it is less exact than the mean.
setup-field-reviewing = Grade the reviewing too, in a second column of the gradebook
setup-reviewing-help = Each learner who handed in gets 0–100: the share of the asked reviews that they sent. Released together with the marks.
setup-field-quality = Let the quality of the reviews count as well
setup-quality-help = The share counts 60 %; the rest counts by quality: how near the reviews are to the marks (30 points away is nothing), and how helpful authors find them. Whoever is strict with everybody loses nothing where the robust mark is used. Authors rate after the release, so ratings count from the next release on.
reviewing-column = { $title } – reviewing
setup-rubric = Rubric
setup-rubric-help = Start from one of these, then change what you like. Choosing one replaces the criteria below.
setup-rubric-in-use = The rubric no longer changes: reviews have begun, or there are practice works marked by it.
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
setup-add-criterion = Levels to choose from
setup-add = Add to the rubric:
setup-add-number = A number
setup-add-yes-no = Yes or no
setup-add-words = An answer in words
setup-criterion-most = Highest number
setup-comment-needed = A comment is needed
setup-words-needed = An answer is needed
setup-import = Take a rubric from a file
setup-import-text = The rubric, as CSV or JSON
setup-import-file = Or choose a file
setup-import-help = It replaces the criteria above. CSV needs a column “criterion”, and for levels a column “level” with one line each; save a rubric as a file to see all columns.
setup-import-use = Use this rubric
setup-import-pending = A rubric was pasted and not used. Press “Use this rubric”, or empty the field.
setup-export = Save this rubric as a file:
rubric-yes = Yes
rubric-no = No
rubric-most = The highest number is 1 to 100.
rubric-nothing-marked = At least one criterion must count: with levels or a number.
table-empty = Paste a list or choose a file first.
table-too-long = This is longer than such a list can be.
rubric-file-json = This is no rubric in JSON. Save one as a file to see what it looks like.
table-no-csv = This cannot be read as CSV.
table-columns = The first line must name the columns; one that is needed is missing.
table-cell = Line { $line }, column “{ $column }”: “{ $text }” cannot stand here.
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
setup-work-date-past = The date for handing in has passed already. To end it now, choose this minute.
setup-review-date-past = The date for reviews has passed already. To end it now, choose this minute.
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
step-practise = Practise
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
next-practise-title = { $n ->
    [one] Next: practise on one work
   *[other] Next: practise on { $n } works
  }
next-practise-text = Before you review others, mark what your trainer has marked already, and compare. You are not graded on it; where marks are corrected for strictness, it shows how strict you are.
practise-start = Practise
practised-title = What you practised on
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
asked-text = Your trainer asks you to review one more work.
volunteer-text = Some works have too few reviews. If you like, you can review one more.
volunteer-start = Review one more work
no-result-title = No result
no-result-text = The marks were released, and there is none for you. Ask your trainer.
your-result = Your result
mark-made = { $n ->
    [one] This is the rubric total of one review.
   *[other] This is the mean of the rubric totals of { $n } reviews.
}
mark-made-median = { $n ->
    [one] This is the rubric total of one review.
   *[other] This is the median of the rubric totals of { $n } reviews.
}
mark-made-robust = { $n ->
    [one] It is made from one review, corrected for how strict or kind its reviewer is with everybody.
   *[other] It is made from { $n } reviews. Each is corrected for how strict or kind its reviewer is with everybody, and careful reviewers count more. The plain mean would be { $mean }.
}
mark-made-guarded = It stays within 10 points of the mean.
mark-made-level = Marks that your trainer gave moved all marks a little.
mark-made-practice = How you all marked the practice works showed how strict each reviewer is.
review-counted = counted as { $mark }, with a weight of { $weight } (1 is usual)
mark-by-trainer = Your trainer decided this mark:
mark-peers-were = { $n ->
    [one] The review came to { $mark }.
   *[other] The { $n } reviews came to { $mark }.
}
grade-sent = In your LMS gradebook
grade-taken = Sent to your LMS, being checked
grade-not-yet = Not yet sent to your LMS
grade-nowhere = Not sent to a gradebook
appeal-title = I do not agree with this mark
appeal-text = What should your trainer look at again?
appeal-help = You can ask once. Your trainer answers within seven days and sees your name.
appeal-send = Ask the trainer
appeal-open = You asked your trainer to look at this mark again.
appeal-accepted = Your trainer agreed with you.
appeal-rejected = Your trainer looked at it again; the mark stays.
appeal-until = Answer due
appeal-answer = The answer:
helpful-question = Was this review helpful?
helpful-least = not at all
helpful-most = very
reply-title = Reply to the reviewer
reply-text = Your reply (one; the reviewer may answer once)
reply-yours = Your reply:
reply-theirs = The author replied:
answer-yours = Your answer:
answer-theirs = The reviewer answered:
answer-own-text = Your answer (one)
answer-send = Send the answer
response-save = Save
given-title = Reviews that you gave
given-alone = Nobody else reviewed this work.
given-same = You gave as many points as the others.
given-more = You gave { $points } points more than the others.
given-less = You gave { $points } points fewer than the others.
given-helpful = The author found it helpful: { $n } of 5.
feedback-title = What your reviewers wrote
feedback-none = Nobody reviewed your work.
review-excluded = Your trainer took a review of your work out. If it counted in this mark, the mark changes with the next release. The reason:
given-excluded = Your trainer took this review out. The reason:
report-title = Report this review to your trainer
report-text = What is wrong with it?
report-send = Report
report-open = You reported this review; your trainer will look at it.
report-upheld = You reported this review; your trainer took it out.
report-rejected = You reported this review; your trainer looked at it, and it stays.
sent-title = Reviews you have sent
change-review-of = Read or change your review of the work by { $name }
work-withheld = Your trainer took this work out of reviewing: nobody gets it to review any more. The reason:
review-number = Review { $n }
review-by = Review by { $name }
weight-percent = weight { $n } %
overall-comment = On the whole
the-task = The task
your-work = Your work
step-not-started = not started
step-draft = draft
step-handed-in = handed in
reviewers-see-number = Reviewers see a number, not your name, and each of them another one.
take-back = Change my work
take-back-help = Possible until a reviewer opens it.

## Editor
editor-title = Your work
editor-label = Text of your work
hand-in = Hand in
hand-in-until = Hand in until
hand-in-help = You can change it after handing in until a reviewer opens it.
editor-closed = The time for handing in has passed. What you write is still saved; ask your trainer.
files-title = Files
files-add = Add files
files-help = Word, Excel, PowerPoint, OpenDocument, PDF, pictures or text; up to { $n } MB each. Reviewers get copies without your name in the file’s properties, comments and changes. Check that it is not in the text, either.
file-sending = is being sent:
file-failed = was not taken:
file-remove = Remove
file-remove-named = Remove { $name }
file-copy = What reviewers get
file-unseen-parts = This file has objects of other programs in it that cannot be looked into. If they could show your name, remove them or put a picture in their place.
file-show = Show here
file-number = File { $n }
file-size-kb = { $n } KB
file-size-mb = { $n } MB

## Review page
review-n-of-k = Review { $n } of { $k }
work-by = Work by { $name }
kept-for-you-until = Kept for you until
review-closed = This review can no longer be changed.
review-changing = Sent. You can still change it until the time for reviews is over; changes count when you send it again.
review-declined = This work goes to somebody else.
review-incomplete = Not sent yet; everything you wrote is saved.
review-thin = Your comments are very short. What would help the author to do better? Add a sentence, or send it as it is.
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
words-label = Your answer
number-label = A number from 0 to { $n }
write-number = Write a whole number from 0 to { $n }.
comment-placeholder = What did you read that made you choose this level?
write-answer = Write an answer.
write-comment = Write a comment.
send-review = Send the review
send-review-help = You can still change it afterwards, until the time for reviews is over.
send-again = Send again
leave-as-sent = Leave it as it was sent
back-to-activity = Back to the activity
give-back = Give this work back
give-back-help = Somebody else reviews it then. What you wrote is kept.
practice-n-of-k = Practice work { $n } of { $k }
practice-help = Mark it as you would the work of a colleague. Afterwards you see what your trainer gave, and why.
practice-comments = Nobody waits for your comments here: write them where they help you to decide.
practice-send = Compare with the trainer
practice-once = There is one try for each work, because it shows how you mark by yourself.
practice-compared = You gave { $own } points, your trainer { $theirs }.
practice-near = That is close.
practice-far = That is more than { $n } points apart: look below at what your trainer saw before you go on.
practice-title = Your marks beside the trainer’s
practice-yours = You
practice-trainers = Trainer
practice-next = Next practice work
examples-title = Practice works
examples-help = Learners mark these before they review others, and then see your marks and comments beside theirs. How they mark them shows how strict each one is, which makes robust marks more exact. Who has begun to review is not asked any more.
examples-none = There are none: learners review without practising.
examples-inherited = { $n ->
    [one] The activity that this one is a copy of has one practice work.
   *[other] The activity that this one is a copy of has { $n } practice works.
  }
examples-inherit = Use them here, too
example-number = Practice work { $n }
examples-withdrawn = withdrawn
examples-old = made with an earlier rubric
examples-mark = Your mark: { $mark }. Within { $n } points is close.
examples-tried = { $n ->
    [0] Nobody has marked it yet.
    [one] One learner has marked it.
   *[other] { $n } learners have marked it.
  }
examples-results = Close: { $near }. On average they gave { $mean }.
examples-show = Show the work and your marks
examples-withdraw = Withdraw
examples-restore = Use it again
examples-enough = There are { $n } practice works, which is the most. Withdraw one to add another.
examples-add = Add a practice work
examples-add-help = A typical work, or one of an earlier group without a name in it. Your comments tell learners what to look at.
examples-text = The work
examples-assess = Your marks
examples-tolerance = Close is within so many points
examples-tolerance-help = From 1 to 50. A learner who is further away is asked to read your comments before going on.
examples-save = Add this work
decline-title = I cannot review this work
decline-help = You get another work instead. Your trainer sees which works were given back; the author does not.
decline-conflict = I know who wrote this
decline-problem-label = Or say what is wrong with it: empty, not this task, copied, offensive, unreadable …
decline-problem = Report a problem with this work

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
looks-title = Worth a look
looks-help = A few marks of yours make all marks more exact: decide them on the learner’s sheet.
look-unreviewed = nobody reviewed it
look-disagreement = its reviews are far apart: { $low } to { $high }
look-unsure = its mark is not sure: ± { $margin }
shortage = { $n ->
    [one] One review will probably be missing when the time for reviews is over. Remind those who still owe reviews, give more time, or mark a work yourself.
   *[other] { $n } reviews will probably be missing when the time for reviews is over. Remind those who still owe reviews, give more time, or mark a few works yourself.
}
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
grade-paused = Waiting: the server was restored from a backup, and an administrator must allow sending
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
mark-title = Mark
mark-from-peers = { $n ->
    [one] One review: { $mark }.
   *[other] Mean of { $n } reviews: { $mark }.
}
mark-from-median = { $n ->
    [one] One review: { $mark }.
   *[other] Median of { $n } reviews: { $mark }.
}
mark-from-robust = { $n ->
    [one] Robust mark of one review: { $mark } (it gave { $mean }).
   *[other] Robust mark of { $n } reviews: { $mark } (mean { $mean }, median { $median }).
}
mark-interval = Nine times in ten the work deserves { $low } to { $high }.
mark-guarded = Without its limit this mark would be more than 10 points from the mean. Have a look at this work.
marks-few-works = The mean is used, because fewer than 8 works cannot tell a strict reviewer from a weak work.
marks-few-reviews = The mean is used, because there are fewer than 2.5 reviews for each work.
marks-disconnected = The mean is used, because the reviews fall into parts that have nobody in common.
reviewer-kind = Gives { $points } points more than others for the same work.
reviewer-strict = Gives { $points } points fewer than others for the same work.
reviewer-level = Gives as many points as others for the same work.
reviewer-weight = Each of these reviews has a weight of { $weight } (1 is usual).
reviewer-look = Have a look at these reviews: their marks are nearly the same for every work, or have little to do with it. That may have good reasons; nothing is done by itself but that they count less.
export-title = All reviews, one line for each criterion:
export-author = Author
export-reviewer = Reviewer
export-sent = Sent (UTC)
export-weight = Weight in per cent
export-level = Level
export-comment = Comment
export-total = Total
export-corrected = Counted as
export-helpful = Helpful (1–5)
export-excluded = Taken out because
reliability-title = How far reviewers agree
reliability-good = The means of the reviews agree well: { $mean } (1 would be wholly, 0 no more than by chance).
reliability-amber = The means of the reviews agree in part: { $mean } (1 would be wholly, 0 no more than by chance).
reliability-red = The means of the reviews hardly agree: { $mean } (1 would be wholly, 0 no more than by chance). Mark some works yourself before you release.
reliability-enough = A single review agrees to { $single }; { $k ->
    [one] one review of each work makes 0.7.
   *[other] { $k } reviews of each work would make 0.7.
}
reliability-never = A single review agrees to { $single }: more reviews would hardly help, a clearer rubric might.
reliability-criterion = Criterion
reliability-alpha = Agreement
reliability-do = What to do
alpha-good = nothing
alpha-rewrite = Reviewers read it differently: reword it or its levels
alpha-same = all chose the same level
extension-title = Dates and exceptions for this learner
extension-give = Give more time, or excuse from reviewing
extension-change = Change or take back
extension-all = For everybody:
extension-help = The learner reads the reason. Leave a date empty for everybody’s; without anything it is taken back.
extension-save = Save
extension-yours = Your trainer gave you more time:
extension-tag = more time
exempt-label = Need not review
exempt-help = The learner’s own work is reviewed as everybody’s; they are asked for no reviews and get no grade for reviewing.
exempt-is = Need not review.
exempt-yours = You need not review works of others.
exempt-tag = need not review
withheld-tag = out of reviewing
reports-banner = { $n ->
    [one] Something was reported about the work or a review of one learner:
   *[other] Something was reported about the works or reviews of { $n } learners:
}
reported-by = Reported by { $name }
reported = Reported
reported-open = waits for you
reported-upheld = you took it out
reported-rejected = you left it as it is
work-is-withheld = This work is out of reviewing. The reason, which the author reads:
work-put-back = Put the work back
work-fine = The work is fine
work-take-out = Take this work out of reviewing
work-take-out-help = The author reads the reason. Nobody gets the work to review any more; reviews that were sent stay, and you can decide the mark yourself.
take-out = Take it out
review-is-excluded = This review is out of the marks. The reason, which author and reviewer read:
review-put-back = Put the review back
review-fine = The review stays
review-take-out = Take this review out of the marks
review-take-out-help = Author and reviewer read the reason. The author no longer sees the review, and the work gets another one while there is time. A released mark changes with the next release.
appeals-banner = { $n ->
    [one] One learner asks you to look at a mark again:
   *[other] { $n } learners ask you to look at a mark again:
}
appeal-heading = Asked to look at the mark again
appeal-answer-label = Your answer
appeal-answer-help = The learner reads it. If the mark changes, decide it above first.
appeal-accept = Agree
appeal-reject = The mark stays
appeal-you-accepted = You agreed:
appeal-you-rejected = You answered that the mark stays:
mark-none-yet = No review has been sent about this work.
mark-overridden = You decided this mark:
override-title = Decide the mark yourself
override-mark = Mark (0–100)
override-reason = Reason
override-help = The learner reads the reason beside the mark.
override-judges = This mark judges the work
override-judges-help = Then it also tells how the reviewers of this work mark, and makes the others’ marks more exact. Untick it for an exception, such as a penalty.
override-set = Set this mark
override-undo = Let the reviews count again
draft-is-private = There is a draft. Only its author sees it until it is handed in.
reviews-received-title = Reviews received
reviews-given-title = Reviews given
reviews-none = None yet.
review-under-way = being written
review-declined-conflict = given back: knows the author
review-declined-problem = given back: reported a problem
review-declined-withheld = ended: the work was taken out
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
release-robust = Marks are corrected for how strict and how careful reviewers are.
release-moves = { $n ->
    [0] None is more than 5 points from the plain mean.
    [one] One is more than 5 points from the plain mean.
   *[other] { $n } are more than 5 points from the plain mean.
}
col-mean = Plain mean

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
held-back-title = Grades are held back
held-back-text = This database was restored from a backup, so the learning platforms may have newer grades. Nothing is sent until you allow it. Where the two differ, the trainer of the course sees both values and chooses; nothing is overwritten without being read first.
held-back-made = Backup made
held-back-restored = restored
held-back-equal = { $n ->
    [one] { $n } grade was compared and is equal
   *[other] { $n } grades were compared and are equal
}
held-back-unread = { $n ->
    [one] { $n } grade has not been compared yet, or its platform lets nobody read it
   *[other] { $n } grades have not been compared yet, or their platform lets nobody read them
}
held-back-differ = { $n ->
    [one] { $n } grade differs
   *[other] { $n } grades differ
}
held-back-col-activity = Activity
held-back-col-learner = Learner, as the platform numbers them
held-back-col-theirs = In the platform
held-back-col-ours = In Cercle
held-back-resume = Send grades again
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
check-backup = Backup
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
doctor-backup-none = no backup of the database was ever made
doctor-backup-age = the last backup is { $n ->
    [0] less than an hour
    [one] { $n } hour
   *[other] { $n } hours
} old
doctor-backup-do = let the system run cercle backup FILE every night, and keep the key file elsewhere
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
news-link = { $n ->
    [0] News
   *[other] News ({ $n })
  }
news-title = News
news-none = Nothing yet. What happens in your activities is told here, and at the top of their pages.
news-new = new
news-since = New since your last visit:
news-released = The marks of “{ $activity }” are out.
news-mark-changed = Your mark for “{ $activity }” has changed.
news-appeal-answered = Your trainer has answered about your mark for “{ $activity }”.
news-dates-changed = Your dates for “{ $activity }” have changed.
news-reply = An author replied to a review of yours in “{ $activity }”.
news-answer = A reviewer answered you in “{ $activity }”.
news-work-due = Your work for “{ $activity }” is due soon.
news-reviews-due = The reviews that you still have to write for “{ $activity }” are due soon.
news-appeal = A learner asks you to look at a mark of “{ $activity }” again.
news-report = A learner reported a problem in “{ $activity }”.
topic-results = Marks, answers of the trainer, and changed dates (as they come)
topic-conversation = Replies and answers about reviews
topic-reminders = What is due in two days
topic-questions = What learners ask and report
mail-title = Mails
mail-to = Mails go to { $address }, at most once a day where they can wait. Who has read the news here gets none about them.
mail-about = Mail me about
mail-save = Save
mail-no-address = Your learning platform shares no address of yours: news appear here only.
mail-no-server = This Cercle sends no mail: news appear here only.
mail-subject = { $n } news about your activities
mail-where = Open the activity from its course in your learning platform.
mail-end = To get no more of these mails:
mail-is-on = Cercle mails you what is new in your activities.
mail-is-off = Cercle sends you no mails. News stay in the activities.
mail-stop = Send me no more mails
mail-again = Send me mails again
pairs-title = Who reviews whom
pairs-help = The queue gives each reviewer the work with the fewest reviews. Here you see who got which work, keep people apart, or ask somebody for a review of a work.
pairs-decide = Decide about two people
pairs-reviewer = Reviewer
pairs-author = Author of the work
pairs-ask = Ask for this review
pairs-keep = Never review each other
pairs-decide-help = A review that you ask for comes before the queue, and counts as one of theirs; whoever has sent enough is asked for one more. Who never review each other get another work instead of one that they have not sent; a sent review stays, and can be taken out on the author’s sheet.
pairs-import = Take decisions from a file
pairs-list = The list, as CSV
pairs-list-help = Columns reviewer, author (names as on these pages, or addresses) and rule (asked or never). All lines are taken, or none.
pairs-import-use = Take this list
pairs-decided = What you decided
pairs-never = { $reviewer } and { $author } never review each other.
pairs-asked = { $reviewer } is asked to review the work of { $author }.
pairs-remove = Take it back
pairs-given = Who got which work
pairs-none = Nobody has got a work yet.
pairs-sent = sent
pairs-lapsed = not continued
pairs-gone = somebody who left
table-unknown-person = Line { $line }, column “{ $column }”: nobody here is called “{ $text }”.
table-ambiguous-person = Line { $line }, column “{ $column }”: several people are called “{ $text }”; use the address.
table-same-person = Line { $line }: “{ $text }” cannot review the own work.
table-had = Line { $line }: the reviewer has or had the work of “{ $text }” already.
news-asked = Your trainer asks you for a review in “{ $activity }”.
refused-pair-same = Choose two different people: nobody reviews the own work.
refused-pair-had = This reviewer has or had this work already.
setup-field-self = Learners assess their own work, too
setup-self-help = By the same rubric, once their reviews are sent. It makes no mark; after the release they see it beside their peers’ view, and you see both.
self-title = Your own view
self-text = How do you see your own work, now that you have read others’? After the release you see it beside your reviewers’ view. It does not change your mark.
self-done = You have assessed your own work. After the release you see it beside your reviewers’ view.
self-start = Assess your own work
self-change = Change it
self-help = Mark your own work by the same rubric. It does not change your mark. Your trainer sees it; your reviewers do not.
self-comments = Comments are for yourself: write them where they help you.
self-send = Keep this view
self-not-changed = Not changed: what you sent before stays.
beside-title = Own view and reviewers’ view
beside-totals = The author gave { $own } points, the reviewers { $peers } on average.
beside-own = The author gave { $own } points; there are no reviews.
beside-your-totals = You gave { $own } points, your reviewers { $peers } on average.
beside-your-own = You gave { $own } points; there are no reviews.
beside-author = Author
beside-peers = Reviewers
refused-self-sent = This was sent already; changes count when you send it again.
setup-more-dates = More about dates
setup-field-review-from = Reviews begin
setup-review-from-help = Without a date, learners review as soon as there are works. With one, everybody begins at that moment: who reviews whom is then drawn so that everybody gives and gets the same number, and the queue fills what remains open.
setup-field-late-days = Late works are taken for (days)
setup-field-late-penalty = Points off for each day late
setup-late-help = 0 days: nothing is taken after the date. A day that has begun counts as a whole one; points are of 100, taken off the peers’ mark. Marks that you decide yourself are not lowered.
setup-review-from-unreadable = The date when reviews begin cannot be read. Write it again.
setup-review-from-before-work = Reviews cannot begin before works are due. Choose a later date, or leave it empty: then learners review as soon as there are works.
setup-review-from-after-end = Reviews must begin before the time for them is over.
setup-review-from-begun = Learners have begun to review, so reviews can no longer begin later.
setup-late-days-range = Late works are taken for 0 to 30 days.
setup-late-no-date = Works can only be late where there is a date until which they are handed in.
setup-late-after-reviews = Late works would be taken until after the time for reviews: nobody could review them. Choose fewer days, or a later date for reviews.
setup-late-penalty-range = For each day late, 0 to 100 points are taken off: a whole number.
setup-checks-range = The share of works worth a check is 0 to 50 per cent.
setup-field-checks = Works worth a check, in per cent
setup-checks-help = The group page lists so many works whose marks are the least sure. What you judge makes all marks more exact; 10 per cent are a good beginning, 0 lists none.
setup-field-comment-words = A comment has at least so many words
setup-comment-words-help = Where a comment is needed. 0: any comment will do; very short ones are asked about once.
rubric-comment-words = A comment can be asked to have 0 to 50 words at least.
at-least-words = at least { $n } words
write-words = Write at least { $n } words.
anonymity-single-blind = Single-blind
anonymity-single-blind-help = Reviewers see whose work it is; authors do not see who reviewed it. You see both.
reviewers-see-name = Your reviewers see your name.
refused-review-not-begun = Reviews have not begun yet.
refused-reviews-begun = Learners have begun to review, so reviews can no longer begin later.
news-reviews-begin = Reviews have begun in “{ $activity }”: you can review now.
next-later = waits until reviews begin
review-from = reviews begin
from-when = from
not-begun-title = Your work is handed in
not-begun-when = Reviews begin for everybody on
not-begun-text = Then you get the works of others here.
late-then = Works that come later are taken until
late-now = The date has passed. Your work is still taken until
late-costs = { $n ->
    [0] Late works are marked as such.
    [one] Each day begun takes 1 point off the mark.
   *[other] Each day begun takes { $n } points off the mark.
}
days-late = { $n ->
    [one] 1 day late
   *[other] { $n } days late
}
mark-late = { $n ->
    [one] The work was handed in 1 day late: { $points } points were taken off.
   *[other] The work was handed in { $n } days late: { $points } points were taken off.
}
pairs-planned = planned
setup-field-release-at = Release the marks by themselves on
setup-release-help = Empty: you release them. With a date: they go out then, once nobody has time to review any more, if no report waits for you and every work has a mark. Otherwise you are told, and they wait.
setup-release-unreadable = The date of the release cannot be read. Write it again.
setup-release-no-end = Marks can only be released by themselves where reviews have an end. Choose until when they are sent.
setup-release-before-end = Marks are released after the time for reviews. Choose a later date for the release.
setup-release-date-past = The date of the release has passed. Choose a later one, or release the marks yourself.
setup-field-weight = Reviewing counts in the grade, in per cent
setup-weight-help = 0: the grade is the mark of the work. With 20, the work counts 80 per cent and the grade for reviewing 20. Whoever need not review is graded by the work alone.
setup-weight-range = Reviewing counts 0 to 50 per cent of the grade: a whole number.
release-on = marks are released on
release-about = about
release-waits = The marks were to be released by themselves, and wait:
waits-reports = { $n ->
    [one] one report has not been looked at.
   *[other] { $n } reports have not been looked at.
}
waits-unmarked = { $n ->
    [one] one work has no mark.
   *[other] { $n } works have no mark.
}
col-weighted = Grade
weighted = With the reviewing, which counts { $n } per cent, the grade is { $grade }.
weights = In your grade the work counts { $n } per cent, your reviewing { $k } per cent.
weights-parts = That is { $work } points for the work and { $reviewing } for the reviewing.
weights-work-only = Your grade is the mark of your work alone.
news-released-by-itself = The marks of “{ $activity }” were released by themselves, as you asked.
news-release-waits = The marks of “{ $activity }” were to be released by themselves, and wait for you.
reviewers-title = Reviewers
reviewers-help = How each learner reviews. What is worth a look lowers no mark, and has harmless reasons, too: read the reviews before you judge. A review that should not count can be taken out on the sheet of its work’s author.
reviewers-none = Nobody has handed in yet.
col-marks-how = How they mark
col-words = Words a review
col-helpful = Helpful, 1 to 5
col-look = Worth a look
sign-careless = The marks tell little about the works.
sign-steady = All works got nearly the same mark.
sign-straight-line = The same level for all criteria, in every review.
sign-kind = About { $n } points kinder than others.
sign-strict = About { $n } points stricter than others.
sign-quick = A review within { $n } seconds.
sign-repeats = The same words in several reviews.
sign-alike = The same words as in a review by { $name }.
sign-mutual = { $name } and they gave each other much more than others did.
rubric-title = How works are assessed
rubric-changes = The rubric was changed:
rubric-added = New: { $title }.
rubric-removed = Left out: { $title }.
rubric-changed = Changed: { $title }.
rubric-words = { $n ->
    [0] Comments can have any length.
    [one] Comments have at least 1 word.
   *[other] Comments have at least { $n } words.
}
setup-field-pool = A work waits before it is reviewed (minutes)
setup-pool-help = As long as nobody has opened it, its author can change it. 0: it can be reviewed at once. After the date nothing waits.
setup-pool-range = A work can wait for 0 to 1440 minutes.
setup-field-blind = You see no authors’ names, either
setup-blind-help = Until the release, trainers see works by their number, and files as reviewers get them. Whoever has not handed in is named. The gradebook of the LMS still opens a named learner’s work.
names-hidden = Authors’ names are hidden until the release, as the settings say.
exemplar-title = Showing this work
exemplar-help = You can ask the author whether the group may read this work as an example. No name is shown, and files are the reviewers’ copies.
exemplar-ask = Ask the author
exemplar-asked = You have asked the author whether the group may read this work. Nobody reads it before they agree.
exemplar-given = The author agrees: everybody in this activity can read this work, without a name.
exemplar-refused = The author does not want the group to read this work.
exemplar-hide = Show it no more
exemplar-question = Your trainer would like to show your work to the group as an example, without your name. It is up to you, and you can change your mind at any time.
exemplar-yours-given = Everybody in this activity can read your work, without your name. You can change your mind at any time.
exemplar-yours-refused = The group does not read your work. You can change your mind at any time.
exemplar-yes = Yes, show it
exemplar-no = No, do not show it
exemplar-about = Shown as an example. Its author agrees.
exemplars-title = Works to learn from
exemplars-help = Your trainer chose them as examples, and their authors agree.
refused-exemplar-not-released = Works are shown after the release only.
refused-exemplar-withheld = This work was taken out of reviewing, so it is not shown.
refused-exemplar-refused = The author has said no. Nobody is asked twice.
news-exemplar-asked = Your trainer would like to show your work in “{ $activity }” as an example, if you agree.
setup-field-groups = Reviews and groups
groups-any = Everybody can review everybody
groups-within = Reviews stay within a group
groups-across = Reviews go to other groups
setup-groups-help = You make the groups under “Who reviews whom”: teams, classes, sites. Whoever has no group can review everybody. No review crosses that line; where a group is too small, works go short rather.
pairs-groups = Groups and companies
pairs-groups-any = Groups do not matter here; the settings say whether reviews stay within them or go across.
pairs-groups-within = Reviews stay within a group.
pairs-groups-across = Reviews go to other groups.
pairs-groups-change = Change groups and companies
pairs-groups-help = Columns learner (names as on these pages, or addresses), and group or company or both. What the list has a column for takes the place of all that was there; an empty list leaves neither groups nor companies.
pairs-groups-use = Use this list
table-twice = Line { $line }: “{ $text }” is there already.
reactions-question = What is good about it?
reaction-clear = easy to understand
reaction-concrete = says what to do
reaction-encouraging = encouraging
reaction-new = shows me something new
given-reactions = The author finds: { $list }.
setup-shift = When I move the date of the works, move the other dates by as much
setup-field-received = A work has enough reviews with
received-as-given = as many as each learner gives
setup-received-help = With more, those who have sent theirs are offered works that are short of some. With fewer, works count as complete sooner; nobody gives fewer reviews for that.
setup-received-range = A work has enough with 1 to 6 reviews.
team-number = Team { $number }
groups-teams = Each group is a team with one work; its members review other teams, each on their own
setup-teams-blind = A trainer who makes the teams knows whose work it is. Choose either teams, or works without names for you.
setup-teams-handed-in = Works were handed in already. Whether teams hand in together can only be changed before that.
refused-teams-handed-in = Works were handed in already. Whether teams hand in together can only be changed before that.
pairs-groups-teams = Each group is a team: it hands in one work, which its members write together, and each of them reviews works of other teams. Whoever has no team hands in alone.
table-team-nobodys = A team has handed in its work, and nobody who wrote it would be in it any more. Leave somebody in that team, or give the whole team its new name.
table-team-judged = You have judged the work of one of these teams. Its members stay as long as that mark counts.
table-team-two-works = Line { $line }: “{ $text }” has handed in a work, and this team has one already.
table-team-reviews = Line { $line }: “{ $text }” reviews or has reviewed the work of this team.
few-works = { $n ->
    [one] There is one team so far, so there is no work that anybody could review. Make the teams under “Who reviews whom”.
   *[other] There can be { $n } works at most, so nobody can give all the reviews that you ask for. Make more teams, or ask for fewer reviews.
}
team-of = Team { $name }.
team-with = You hand in one work together with { $names }.
team-alone = So far nobody else is in it.
team-writes = Each of you can write here, one after the other, and one of you hands in for all.
team-before = What you wrote before your team had a work
team-mark = The mark of the work is the mark of everybody in it; what you decide about the work holds for all.
news-team-handed-in = Your team handed in its work in “{ $activity }”.
news-team-took-back = Somebody in your team took the work in “{ $activity }” back to change it.
setup-days = Dates counted in days
setup-days-help = A number here takes the place of the date above: it is counted from the date of the works and follows it, also in a copy of this activity. Leave it empty to choose the date yourself.
setup-field-review-from-days = Reviews begin so many days after the date of the works
setup-field-review-due-days = Reviews end so many days after the date of the works
setup-field-release-days = Marks are released so many days after the end of the reviews
setup-days-range = Days are counted from 0 to 365; reviews end at least one day after the date of the works.
setup-days-no-date = There is no date from which the days could be counted. Choose one, or empty the days.
control-work = Control work
control-is = Each reviewer gets it once as one of their reviews, and does not know. What they give it tells how they mark, as practice does; after the release they see how far they were from you.
control-reports = { $n ->
    [one] A reviewer reported something about your control work.
   *[other] Reviewers reported { $n } things about your control work.
}
control-reported = Reviewers reported about it
control-looked = I have looked
examples-use = What it is for
examples-use-practice = Practice: learners mark it before they review, and compare
examples-use-control = Control work: it hides among the works
examples-use-control-help = Takes one of each learner’s reviews, so works get fewer from peers: ask for one review more, or set how many are enough.
given-control-same = This was a control work of your trainer, who gave it as much as you did.
given-control-more = This was a control work of your trainer. You gave it { $points } points more than your trainer.
given-control-less = This was a control work of your trainer. You gave it { $points } points less than your trainer.
refused-control-settings = A control work hides among works without names, and takes one of at least two reviews that everybody gives. The settings have to be so.
refused-control-there = There is a control work already. Withdraw it to choose another one, as long as no reviewer has got it.
setup-control = There is a control work, which hides among works without names and takes one of at least two reviews. Keep it so, or withdraw it under “Practice works”.
queues-title = Needs you
queues-help = What waits for a trainer in this activity, the most urgent first in each list.
queues-none = Nothing waits for you now.
queues-appeals = Marks to look at again
queues-late = late
queues-reports = Reports to look at
queues-reported = { $n ->
    [one] one report
   *[other] { $n } reports
}
queues-apart = Reviews that disagree or are missing
queues-apart-help = Read the work and decide, or ask somebody for one more review.
queues-checks = Checks
queues-checks-help = The marks of these works are the least sure. A mark of yours for one of them makes all marks more exact.
queues-short = Works short of reviews
queues-short-help = The queue gives them out first. You can also ask somebody for a review:
queues-short-of = { $n } of { $k } reviews
criteria-title = Marks by criterion
criteria-help = By criterion, each from 0 to 100 and made in the same way from what the reviews gave it. The mark itself is made of the reviews’ totals.
criteria-mark = Mark
criteria-mean = Mean
criteria-median = Median
setup-field-companies = Reviews and companies
setup-companies-help = Companies stand in the same list as groups, in a column of their own, and hold beside them. Whoever has no company can review everybody.
companies-any = They do not matter
companies-within = Within one company
companies-across = To other companies
pairs-companies-any = Companies do not matter here; the settings say whether reviews stay within them or go across.
pairs-companies-within = Reviews stay within a company.
pairs-companies-across = Reviews go to other companies.
kin-title = Among each other
kin-companies = Reviews within a company lie { $n } points higher than the same people’s other reviews ({ $k } reviews).
kin-groups = Reviews within a group lie { $n } points higher than the same people’s other reviews ({ $k } reviews).
kin-help = Measured by the works’ marks; chance alone does as much less than once in a hundred times. There can be good reasons, and it does not say who favours whom. Reviews that go to other companies or groups avoid it.
pairs-groups-none = Nobody has a group yet, so this holds for nobody.
pairs-companies-none = Nobody has a company yet, so this holds for nobody.
