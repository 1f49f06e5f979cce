//! The files of a work: sent as they are, listed, read.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokio::io::AsyncReadExt as _;

use crate::context::Context;
use crate::crypto;
use crate::files::{Kept, Kind, PutError, Writing, safe_name};
use crate::ids::{ActivityId, FileId};
use crate::launch::{Posted, SignedIn};
use crate::peer::jobs;
use crate::peer::model::WorkFile;
use crate::peer::service::files::{self, Form, Sent};
use crate::store::columns::Points;
use crate::web::{PageError, PageResult, View, page};

/// The longest time for one file.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(15);
/// The bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// What file choosers offer.
pub(super) const ACCEPT: &str = ".docx,.xlsx,.pptx,.odt,.ods,.odp,.pdf,.png,.jpg,.jpeg,.webp,.txt,.md,.csv";

/// Who reads a list of files.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Their author, while they may be changed.
    Writing,
    /// Their author or staff.
    Knowing,
    /// A peer who may see names.
    Peer,
    /// Somebody who may not.
    Blind,
}

/// A list of files on a page.
#[derive(Template)]
#[template(path = "filelist.html")]
pub(super) struct FileList {
    v: View,
    base: String,
    files: Vec<WorkFile>,
    reader: Reader,
}

/// It is a template itself, which escapes what it shows.
impl askama::filters::HtmlSafe for FileList {}

impl FileList {
    pub(super) fn new(v: &View, activity: &ActivityId, files: Vec<WorkFile>, reader: Reader) -> Self {
        Self { v: v.clone(), base: format!("/peer/{activity}"), files, reader }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn writing(&self) -> bool {
        self.reader == Reader::Writing
    }

    /// Where a file is read.
    fn href(&self, file: &WorkFile) -> String {
        match self.reader {
            Reader::Writing | Reader::Knowing => format!("{}/files/{}", self.base, file.id),
            Reader::Peer | Reader::Blind => self.copy(file),
        }
    }

    fn copy(&self, file: &WorkFile) -> String {
        format!("{}/files/{}/copy", self.base, file.id)
    }

    fn name(&self, file: &WorkFile, position: &usize) -> String {
        match self.reader {
            Reader::Blind => self.v.n("file-number", *position),
            _ => file.name.clone(),
        }
    }

    fn about(&self, file: &WorkFile) -> String {
        let bytes = if matches!(self.reader, Reader::Writing | Reader::Knowing) { file.size } else { file.clean_size };
        format!("{}, {}", file.kind.extension().to_uppercase(), size(&self.v, bytes))
    }

    /// How the page can show it.
    fn shown_as(&self, file: &WorkFile) -> Option<&'static str> {
        match file.kind {
            kind if kind.is_image() => Some("image"),
            Kind::Pdf => Some("pdf"),
            _ => None,
        }
    }
}

/// A length as people read it: kilobytes, or megabytes with a decimal.
fn size(v: &View, bytes: i64) -> String {
    if bytes < 1_000_000 {
        return v.n("file-size-kb", (bytes + 999) / 1000);
    }
    let tenths = (bytes + 50_000) / 100_000;
    v.a("file-size-mb", "n", v.points(&Points(tenths * 1000)))
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// Puts a file on the shelf, where it stays for as long as the guard lives, and then if a row names it.
async fn take_in(context: &Context, kind: Kind, payload: web::Payload) -> Result<(Kept, Writing), PageError> {
    let shelf = context.files.clone();
    let writing = web::block(move || shelf.writing()).await.map_err(|e| PageError::internal(&e))?;
    let writing = writing.map_err(|e| PageError::internal(&e))?;
    let put = tokio::time::timeout(PATIENCE, context.files.put(kind, payload)).await;
    match put.unwrap_or(Err(PutError::Broken)) {
        Ok(kept) => Ok((kept, writing)),
        Err(PutError::Refused(refused)) => Err(PageError::refused(refused.as_str())),
        Err(PutError::Broken) => Err(PageError::bad_request()),
        Err(PutError::Full) => Err(PageError::refused("file-no-room")),
        Err(error) => Err(PageError::internal(&error)),
    }
}

/// Takes a file in. The body is the file itself; the token of the session's forms is in a header, which no other site's
/// page can send.
async fn add(
    user: SignedIn,
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
    named: web::Query<Named>,
    payload: web::Payload,
) -> PageResult {
    let token = request.headers().get(HeaderName::from_static("x-csrf-token")).map_or(&b""[..], |v| v.as_bytes());
    if !crypto::same(token, user.session.csrf_token.as_bytes()) {
        return Err(PageError::stale_form());
    }
    let (scope, id) = (user.scope(), ActivityId(id.into_inner()));
    let kind = Kind::of_name(&named.name).ok_or_else(|| PageError::refused("file-type"))?;
    let name = safe_name(&named.name, kind);
    let most = i64::try_from(context.settings.work_max_mib * 1024 * 1024).unwrap_or(i64::MAX);
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > context.files.max_bytes()) {
        return Err(PageError::refused("file-too-large"));
    }
    let (ask_scope, ask_id, more) = (scope.clone(), id.clone(), length.and_then(|l| l.try_into().ok()).unwrap_or(0));
    context.db.read(move |c| files::may_add(c, &ask_scope, &ask_id, more, most)).await?;
    let (kept, writing) = take_in(&context, kind, payload).await?;
    let (at, list_id) = (context.clock.now(), id.clone());
    let files = context.db.write(move |c| files::add(c, &scope, &id, (&name, &kept), most, at)).await?;
    drop(writing);
    page(&FileList::new(&user.view, &list_id, files, Reader::Writing))
}

type Ids = web::Path<(String, String)>;

async fn remove(form: Posted, context: web::Data<Context>, path: Ids) -> PageResult {
    let (id, file) = path.into_inner();
    let (scope, id, file, at) = (form.by.scope(), ActivityId(id), FileId(file), form.at);
    let list_id = id.clone();
    let (files, gone) = context.db.write(move |c| files::remove(c, &scope, &id, &file, at)).await?;
    jobs::forget(context.get_ref().clone(), gone).await;
    page(&FileList::new(&form.by.view, &list_id, files, Reader::Writing))
}

/// What may stand in the value of an extended header parameter as it is (RFC 8187 §3.2.1).
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// A name for saving, for old clients and new ones (RFC 6266).
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' }).collect();
    let plain = plain.replace(['"', '\\', '%'], "_");
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTRIBUTE))
}

async fn send(user: SignedIn, context: &Context, path: Ids, form: Form) -> PageResult {
    let (id, file) = path.into_inner();
    let (scope, id, file) = (user.scope(), ActivityId(id), FileId(file));
    let Sent { file, hash, size, name } = context.db.read(move |c| files::find(c, &scope, &id, &file, form)).await?;
    let opened = context.files.open(&hash).await.map_err(|e| PageError::internal(&e))?;
    let Some(opened) = opened else {
        tracing::error!(file = %file.id, "a file is missing in the data folder");
        return Err(PageError::refused("file-missing"));
    };
    // Only what was written anew here is called what it is (reliability-security.md T77).
    let is_shown = form == Form::Clean && (file.kind.is_image() || file.kind == Kind::Pdf);
    let media_type = if is_shown { file.kind.media_type() } else { "application/octet-stream" };
    let pieces = stream::try_unfold(opened, |mut opened| async move {
        let mut piece = vec![0; PIECE];
        let length = opened.read(&mut piece).await?;
        piece.truncate(length);
        Ok::<_, std::io::Error>((length > 0).then(|| (web::Bytes::from(piece), opened)))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"))
        .insert_header((HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .no_chunking(u64::try_from(size).unwrap_or_default())
        .streaming(pieces))
}

async fn original(user: SignedIn, context: web::Data<Context>, path: Ids) -> PageResult {
    send(user, &context, path, Form::Original).await
}

async fn clean(user: SignedIn, context: web::Data<Context>, path: Ids) -> PageResult {
    send(user, &context, path, Form::Clean).await
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/peer/{activity}/work/files").route(web::post().to(add)))
        .service(web::resource("/peer/{activity}/work/files/{file}/remove").route(web::post().to(remove)))
        .service(web::resource("/peer/{activity}/files/{file}").route(web::get().to(original)))
        .service(web::resource("/peer/{activity}/files/{file}/copy").route(web::get().to(clean)));
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_for_saving_stay_in_their_header() {
        assert_eq!(disposition("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        assert_eq!(
            disposition("é\"\r\n;x%.pdf"),
            "attachment; filename=\"____;x_.pdf\"; filename*=UTF-8''%C3%A9%22%0D%0A%3Bx%25.pdf"
        );
    }
}
