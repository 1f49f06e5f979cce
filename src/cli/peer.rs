//! `cercle peer allocate` and `cercle peer aggregate`: who reviews whom, and marks from reviews, as CSV.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Outcome;
use crate::peer::aggregate::{self, Aggregate, Fallback, Method, Observation, TrainerMark};
use crate::peer::plan::{self, Bounds, Participant, Rules};

/// More people than that would take too much memory.
const MOST_PEOPLE: usize = 20_000;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say who reviews whom: CSV `reviewer,submission` on standard output
    Allocate(AllocateArgs),
    /// Make marks from reviews: CSV `submission,mark,low,high,mean,median,reviews` on standard output
    Aggregate(AggregateArgs),
}

#[derive(clap::Args)]
struct AllocateArgs {
    /// CSV with the column id, and where there are any, group and company; "-" is standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Reviews that everybody gives and gets
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=100))]
    reviews_per_learner: u32,
    /// The same number gives the same plan
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Whether reviews go to one's own group
    #[arg(long, value_enum, default_value = "across")]
    groups: Side,
    /// Whether reviews go to one's own company
    #[arg(long, value_enum, default_value = "across")]
    companies: Side,
}

#[derive(Clone, Copy, ValueEnum)]
enum Side {
    Any,
    Within,
    Across,
}

impl From<Side> for Bounds {
    fn from(side: Side) -> Self {
        match side {
            Side::Any => Self::Any,
            Side::Within => Self::Within,
            Side::Across => Self::Across,
        }
    }
}

#[derive(Deserialize)]
struct PersonRow {
    id: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    company: String,
}

#[derive(clap::Args)]
struct AggregateArgs {
    /// CSV with the columns reviewer, submission and mark (0 to 100); "-" is standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// How marks are made
    #[arg(long, value_enum, default_value = "robust")]
    method: Way,
    /// CSV with the columns submission and mark: what a trainer gave
    #[arg(long, value_name = "FILE")]
    trainer_marks: Option<PathBuf>,
    /// Write the reviewers here, as CSV `reviewer,bias,weight,careless`
    #[arg(long, value_name = "FILE")]
    reviewers: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    Robust,
    Mean,
    Median,
}

impl From<Way> for Method {
    fn from(way: Way) -> Self {
        match way {
            Way::Robust => Self::Robust,
            Way::Mean => Self::Mean,
            Way::Median => Self::Median,
        }
    }
}

#[derive(Deserialize)]
struct ReviewRow {
    reviewer: String,
    submission: String,
    mark: f64,
}

#[derive(Deserialize)]
struct MarkRow {
    submission: String,
    mark: f64,
}

pub(super) fn run(args: Args) -> Outcome {
    match args.command {
        Command::Allocate(args) => allocate(&args),
        Command::Aggregate(args) => aggregate(&args),
    }
}

fn allocate(args: &AllocateArgs) -> Outcome {
    let mut seen = BTreeSet::new();
    let mut people = Vec::new();
    for (line, PersonRow { id, group, company }) in read::<PersonRow>(&args.input)? {
        let place = || format!("{}, line {line}", args.input.display());
        if id.is_empty() {
            return Err(format!("{}: the id is empty", place()));
        }
        if !seen.insert(id.clone()) {
            return Err(format!("{}: {id:?} is there already", place()));
        }
        let known = |text: String| Some(text).filter(|t| !t.is_empty());
        people.push(Participant { id, group: known(group), company: known(company) });
    }
    if people.len() > MOST_PEOPLE {
        return Err(format!("{} people are more than the {MOST_PEOPLE} that fit", people.len()));
    }
    // Whatever the order of the file.
    people.sort_by(|a, b| a.id.cmp(&b.id));
    let rules = Rules {
        reviews: usize::try_from(args.reviews_per_learner).unwrap_or(usize::MAX),
        groups: args.groups.into(),
        companies: args.companies.into(),
    };
    let plan = plan::plan(&people, &rules, &plan::Never::new(), args.seed);
    for (a, b) in &plan.relaxed {
        eprintln!("cercle: a bound had to give way: {} reviews {}", people[*a].id, people[*b].id);
    }
    if plan.missing > 0 {
        eprintln!("cercle: {} reviews cannot be given: there are too few others", plan.missing);
    }
    if !plan.connected {
        eprintln!("cercle: the reviews fall into parts that have nobody in common: robust marks need one group");
    }
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    let rows = plan.pairs.iter().map(|(a, b)| [&people[*a].id, &people[*b].id]);
    let written = out.write_record(["reviewer", "submission"]);
    let written = rows.fold(written, |written, row| written.and_then(|()| out.write_record(row)));
    written.and_then(|()| Ok(out.flush()?)).map_err(|e| e.to_string())
}

fn aggregate(args: &AggregateArgs) -> Outcome {
    let mut pairs = BTreeSet::new();
    let mut reviews = Vec::new();
    for (line, ReviewRow { reviewer, submission, mark }) in read::<ReviewRow>(&args.input)? {
        let place = || format!("{}, line {line}", args.input.display());
        check(&[&reviewer, &submission], mark).map_err(|problem| format!("{}: {problem}", place()))?;
        if !pairs.insert((reviewer.clone(), submission.clone())) {
            return Err(format!("{}: {reviewer:?} has reviewed {submission:?} before", place()));
        }
        reviews.push(Observation { reviewer, work: submission, value: mark });
    }
    let mut trainer = Vec::new();
    if let Some(path) = &args.trainer_marks {
        let works: BTreeSet<&str> = reviews.iter().map(|r| r.work.as_str()).collect();
        let mut seen = BTreeSet::new();
        for (line, MarkRow { submission, mark }) in read::<MarkRow>(path)? {
            let place = || format!("{}, line {line}", path.display());
            check(&[&submission], mark).map_err(|problem| format!("{}: {problem}", place()))?;
            if !works.contains(submission.as_str()) {
                return Err(format!("{}: nobody has reviewed {submission:?}", place()));
            }
            if !seen.insert(submission.clone()) {
                return Err(format!("{}: {submission:?} has a mark already", place()));
            }
            trainer.push(TrainerMark { work: submission, value: mark });
        }
    }
    let found = aggregate::aggregate(args.method.into(), &reviews, &trainer);
    if let Some(fallback) = found.fallback {
        eprintln!("cercle: the plain mean is used: {}", why(fallback));
    }
    let stdout = csv::Writer::from_writer(std::io::stdout().lock());
    write_marks(stdout, &found).map_err(|e| e.to_string())?;
    if let Some(path) = &args.reviewers {
        let file = File::create(path).map_err(|e| format!("{}: {e}", path.display()))?;
        write_reviewers(csv::Writer::from_writer(file), &found).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

const fn why(fallback: Fallback) -> &'static str {
    match fallback {
        Fallback::FewWorks => "there are fewer than 8 works",
        Fallback::FewReviews => "there are fewer than 2.5 reviews for each work",
        Fallback::Disconnected => "the reviews fall into parts that have nobody in common",
    }
}

fn check(names: &[&str], mark: f64) -> Result<(), String> {
    if names.iter().any(|name| name.is_empty()) {
        return Err("a name is empty".to_owned());
    }
    if !(0.0..=100.0).contains(&mark) {
        return Err(format!("the mark {mark} is not from 0 to 100"));
    }
    Ok(())
}

/// The rows of a file with their lines.
fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<(u64, T)>, String> {
    let at = |problem: &dyn std::fmt::Display| format!("{}: {problem}", path.display());
    let input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(BufReader::new(File::open(path).map_err(|e| at(&e))?))
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
    let mut headers = reader.headers().map_err(|e| at(&e))?.clone();
    // Spreadsheets begin their files with a mark.
    if let Some(first) = headers.get(0).and_then(|h| h.strip_prefix('\u{feff}')).map(str::to_owned) {
        let rest: Vec<String> = headers.iter().skip(1).map(str::to_owned).collect();
        headers = std::iter::once(first).chain(rest).collect();
    }
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| at(&e))? {
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((line, record.deserialize(Some(&headers)).map_err(|e| at(&e))?));
    }
    Ok(rows)
}

/// A number with four places: what marks are kept with.
fn number(value: f64) -> String {
    format!("{value:.4}")
}

fn write_marks(mut out: csv::Writer<impl std::io::Write>, found: &Aggregate) -> csv::Result<()> {
    out.write_record(["submission", "mark", "low", "high", "mean", "median", "reviews"])?;
    for (work, made) in &found.works {
        let bound =
            |sign: f64| made.margin.map_or_else(String::new, |m| number((made.mark + sign * m).clamp(0.0, 100.0)));
        let (low, high) = (bound(-1.0), bound(1.0));
        let (mark, mean, median) = (number(made.mark), number(made.mean), number(made.median));
        out.write_record([work, &mark, &low, &high, &mean, &median, &made.reviews.to_string()])?;
    }
    Ok(out.flush()?)
}

fn write_reviewers(mut out: csv::Writer<impl std::io::Write>, found: &Aggregate) -> csv::Result<()> {
    out.write_record(["reviewer", "bias", "weight", "careless"])?;
    for (name, reviewer) in &found.reviewers {
        out.write_record([name, &number(reviewer.bias), &number(reviewer.weight), &number(reviewer.careless)])?;
    }
    Ok(out.flush()?)
}
