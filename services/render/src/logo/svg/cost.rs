//! What drawing takes, added up before anything is drawn: the area of each shape, the layers that groups with opacity,
//! clips and masks need, and the lengths of edges that a scan converter walks. The sums follow resvg's way of drawing.

use resvg::tiny_skia::{PathSegment, Point, Rect, Transform};
use usvg::{ClipPath, Group, Mask, Node, Path, Tree};

use super::{LogoError, too_complex};

/// How many times shapes may fill the whole picture.
const MAX_FILLS: f64 = 100.0;
/// How many layers as large as the whole picture there may be.
const MAX_LAYERS: f64 = 40.0;
/// Points of all paths.
const MAX_POINTS: usize = 40_000;
/// How far all edges reach from top to bottom, in pixels.
const MAX_EDGES: f64 = 4_000_000.0;
/// How far from the picture's corner a shape may reach, in pixels.
const MAX_REACH: f32 = 30_000.0;

pub(super) fn check(tree: &Tree, transform: Transform, (width, height): (u32, u32)) -> Result<(), LogoError> {
    let canvas = f64::from(width) * f64::from(height);
    let mut cost = Cost { height: f64::from(height), canvas, ..Cost::default() };
    cost.group(tree.root(), transform, canvas)?;
    cost.bound()
}

#[derive(Default)]
struct Cost {
    /// Of the picture, in pixels.
    height: f64,
    /// Of the picture, in pixels.
    canvas: f64,
    fills: f64,
    layers: f64,
    points: usize,
    edges: f64,
}

impl Cost {
    fn bound(&self) -> Result<(), LogoError> {
        if self.fills > MAX_FILLS * self.canvas {
            return Err(too_complex("too many large shapes over each other"));
        }
        if self.layers > MAX_LAYERS * self.canvas {
            return Err(too_complex("too many transparent, clipped or masked groups"));
        }
        if self.points > MAX_POINTS || self.edges > MAX_EDGES {
            return Err(too_complex("too many points in its paths"));
        }
        Ok(())
    }

    /// `layer` is the area of what is drawn on, in pixels.
    fn group(&mut self, group: &Group, transform: Transform, layer: f64) -> Result<(), LogoError> {
        let transform = transform.pre_concat(group.transform());
        let layer = if group.should_isolate() {
            let own = self.layer(group, transform)?;
            self.layers += own;
            own
        } else {
            layer
        };
        self.children(group, transform, layer)?;
        if let Some(clip) = group.clip_path() {
            self.clip(clip, transform, layer)?;
        }
        if let Some(mask) = group.mask() {
            self.mask(mask, transform, layer)?;
        }
        self.bound()
    }

    fn children(&mut self, group: &Group, transform: Transform, layer: f64) -> Result<(), LogoError> {
        for child in group.children() {
            match child {
                Node::Group(group) => self.group(group, transform, layer)?,
                Node::Path(path) => self.path(path, transform, layer)?,
                Node::Image(_) | Node::Text(_) => return Err(LogoError::Text),
            }
        }
        Ok(())
    }

    fn clip(&mut self, clip: &ClipPath, transform: Transform, layer: f64) -> Result<(), LogoError> {
        self.layers += 2.0 * layer;
        self.children(clip.root(), transform.pre_concat(clip.transform()), layer)?;
        clip.clip_path().map_or(Ok(()), |clip| self.clip(clip, transform, layer))
    }

    fn mask(&mut self, mask: &Mask, transform: Transform, layer: f64) -> Result<(), LogoError> {
        self.layers += 3.0 * layer;
        self.children(mask.root(), transform, layer)?;
        mask.mask().map_or(Ok(()), |mask| self.mask(mask, transform, layer))
    }

    /// The area of a group's layer: its box, but no more than five pictures wide and high.
    fn layer(&self, group: &Group, transform: Transform) -> Result<f64, LogoError> {
        let bounds = group.layer_bounding_box().to_rect().transform(transform).ok_or_else(far)?;
        Ok(area(bounds).min(25.0 * self.canvas))
    }

    fn path(&mut self, path: &Path, transform: Transform, layer: f64) -> Result<(), LogoError> {
        let bounds = path.stroke_bounding_box().transform(transform).ok_or_else(far)?;
        let reach = [bounds.left(), bounds.top(), bounds.right(), bounds.bottom()];
        if !reach.iter().all(|side| side.abs() <= MAX_REACH) {
            return Err(far());
        }
        // A stroke is a shape of its own, with an edge on each side and round corners.
        let passes = f64::from(u8::from(path.fill().is_some())) + 3.0 * f64::from(u8::from(path.stroke().is_some()));
        self.fills += passes * area(bounds).min(layer);
        let mut from = Point::default();
        for segment in path.data().segments() {
            let (points, count) = match segment {
                PathSegment::MoveTo(to) => {
                    from = to;
                    ([to; 3], 0)
                }
                PathSegment::LineTo(to) => ([to; 3], 1),
                PathSegment::QuadTo(one, to) => ([one, to, to], 2),
                PathSegment::CubicTo(one, two, to) => ([one, two, to], 3),
                PathSegment::Close => ([from; 3], 1),
            };
            self.points += count;
            for to in &points[..count] {
                let mut ends = [from, *to];
                transform.map_points(&mut ends);
                self.edges += passes * f64::from((ends[1].y - ends[0].y).abs()).min(self.height);
                from = *to;
            }
        }
        self.bound()
    }
}

fn area(bounds: Rect) -> f64 {
    (f64::from(bounds.width()) + 4.0) * (f64::from(bounds.height()) + 4.0)
}

fn far() -> LogoError {
    too_complex("a shape that reaches far beyond the picture")
}
