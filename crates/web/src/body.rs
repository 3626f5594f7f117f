//! Request bodies: JSON or form, at most 16 kB unless a route takes more, read field by field so that
//! a refusal can name the field (docs/status.md S13, S17).

use std::error::Error;

use axum::body::Bytes;
use axum::extract::{Form, FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::LengthLimitError;
use serde_json::{Map, Value};

use crate::failure::{CommonFailure, FieldProblem};

/// The fields of a request's body.
#[derive(Debug, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body that may be JSON or a form.
    pub async fn read(request: Request) -> Result<Self, CommonFailure> {
        match media_type(request.headers()).as_str() {
            "application/json" => Self::parse_json(&read_bounded(request, MAX_BODY_BYTES).await?),
            "application/x-www-form-urlencoded" => Self::read_form(request).await,
            _ => Err(CommonFailure::UnsupportedMediaType),
        }
    }

    /// Reads a body that must be JSON: no HTML form can send one.
    pub async fn read_json(request: Request) -> Result<Self, CommonFailure> {
        Self::read_json_within(request, MAX_BODY_BYTES).await
    }

    /// The same of a body that may have so many bytes.
    pub async fn read_json_within(request: Request, most: usize) -> Result<Self, CommonFailure> {
        require_json(request.headers())?;
        Self::parse_json(&read_bounded(request, most).await?)
    }

    /// The same of a body that somebody else has read, within limits of its own.
    pub fn from_json(headers: &HeaderMap, bytes: &[u8]) -> Result<Self, CommonFailure> {
        require_json(headers)?;
        Self::parse_json(bytes)
    }

    /// A text that must be there.
    pub fn text(&self, field: &'static str) -> Result<&str, CommonFailure> {
        let text = self.optional_text(field)?;
        text.ok_or(CommonFailure::Field(field, FieldProblem::Missing))
    }

    /// A text that may be missing or null.
    pub fn optional_text(&self, field: &'static str) -> Result<Option<&str>, CommonFailure> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(CommonFailure::Field(field, FieldProblem::WrongType)),
        }
    }

    /// An object that must be there.
    pub fn object(&self, field: &'static str) -> Result<&Map<String, Value>, CommonFailure> {
        match self.0.get(field) {
            None | Some(Value::Null) => Err(CommonFailure::Field(field, FieldProblem::Missing)),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(CommonFailure::Field(field, FieldProblem::WrongType)),
        }
    }

    /// A number, not negative, that may be missing or null.
    pub fn optional_number(&self, field: &'static str) -> Result<Option<u64>, CommonFailure> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(CommonFailure::Field(field, FieldProblem::WrongType)),
            },
        }
    }

    /// A switch that is off when missing. Forms have only texts, so `"true"` counts.
    pub fn switch(&self, field: &'static str) -> Result<bool, CommonFailure> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(on)) => Ok(*on),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(_) => Err(CommonFailure::Field(field, FieldProblem::WrongType)),
        }
    }

    fn parse_json(bytes: &[u8]) -> Result<Self, CommonFailure> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) | Err(_) => Err(CommonFailure::MalformedJson),
        }
    }

    async fn read_form(request: Request) -> Result<Self, CommonFailure> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let bytes = read_bounded(request, MAX_BODY_BYTES).await?;
        let request = Request::from_parts(parts, bytes.into());
        let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
        let Form(pairs) = form.map_err(|_| CommonFailure::MalformedForm)?;
        let mut fields = Map::new();
        for (name, value) in pairs {
            insert(&mut fields, name, value);
        }
        Ok(Self(fields))
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), CommonFailure> {
    match media_type(headers).as_str() {
        "application/json" => Ok(()),
        _ => Err(CommonFailure::UnsupportedMediaType),
    }
}

/// A field that comes twice is a list, as which no field is wanted.
fn insert(fields: &mut Map<String, Value>, name: String, value: String) {
    let value = match fields.remove(&name) {
        None => Value::String(value),
        Some(first) => Value::Array(vec![first, Value::String(value)]),
    };
    fields.insert(name, value);
}

async fn read_bounded(request: Request, most: usize) -> Result<Bytes, CommonFailure> {
    let body = axum::body::to_bytes(request.into_body(), most).await;
    body.map_err(|error| match error.source() {
        Some(source) if source.is::<LengthLimitError>() => CommonFailure::BodyTooLarge,
        _ => CommonFailure::BrokenBody,
    })
}

/// The media type without its parameters, in lower case.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let value = value.unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default();
    media_type.trim().to_ascii_lowercase()
}

const MAX_BODY_BYTES: usize = 16 * 1024;
