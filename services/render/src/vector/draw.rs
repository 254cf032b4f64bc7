//! An SVG layout that was filled in, as pixels.

use std::sync::Arc;

use resvg::tiny_skia::{Color, Pixmap, Transform};
use usvg::{ImageHrefResolver, Options, Tree};

use super::fonts;

/// Reads the SVG. Images can only stand in it as data; nothing is loaded.
pub(crate) fn parse(svg: &str) -> Result<Tree, String> {
    let options = Options {
        font_family: fonts::FAMILY.to_owned(),
        fontdb: Arc::clone(&fonts::DATABASE),
        font_resolver: fonts::resolver(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    Tree::from_str(svg, &options).map_err(|error| error.to_string())
}

/// The picture at `width` × `height` pixels, on white, as a PNG without transparency.
pub(crate) fn to_png(tree: &Tree, (width, height): (u32, u32)) -> Result<Vec<u8>, String> {
    let mut pixels = Pixmap::new(width, height).ok_or("a picture has at least one pixel")?;
    pixels.fill(Color::WHITE);
    let size = tree.size();
    #[expect(clippy::cast_precision_loss, reason = "sides are below 4096")]
    let scale = (width as f32 / size.width(), height as f32 / size.height());
    resvg::render(tree, Transform::from_scale(scale.0, scale.1), &mut pixels.as_mut());
    encode(&pixels)
}

/// Without the alpha that nothing uses; compressed by fdeflate, whose output is the same on every processor.
fn encode(pixels: &Pixmap) -> Result<Vec<u8>, String> {
    use image::ImageEncoder as _;
    use image::codecs::png::{CompressionType, FilterType, PngEncoder};
    let rgb: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&rgb, pixels.width(), pixels.height(), image::ExtendedColorType::Rgb8)
        .map_err(|error| error.to_string())?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_shapes_are_drawn_and_nothing_is_loaded() {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="20" height="20" fill="#f00"/>
            <text x="22" y="15" font-size="14">Aش</text><image href="file:///etc/passwd" width="9" height="9"/></svg>"##;
        let tree = parse(svg).unwrap();
        let png = to_png(&tree, (40, 20)).unwrap();
        assert_eq!(png, to_png(&parse(svg).unwrap(), (40, 20)).unwrap(), "the same bytes every time");
        let image = image::load_from_memory(&png).unwrap().into_rgb8();
        assert_eq!((image.width(), image.height(), image.get_pixel(5, 5).0), (40, 20, [255, 0, 0]));
        assert!((22..40).any(|x| (0..20).any(|y| image.get_pixel(x, y).0[0] < 100)), "there are letters");
    }

    #[test]
    fn what_is_no_svg_is_an_error() {
        for bad in ["", "<svg", "<html></html>"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
