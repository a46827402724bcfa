"""Pictures that people bring: chosen, dropped, pasted, and masks painted over them."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import studio
from tests.generations.pictures import gradient, saved
from tests.site import Site

PNG = saved(gradient(256, 256), "PNG")
FILE = {"name": "photo.png", "mimeType": "image/png", "buffer": PNG}
# A file as a page gets it from outside; `kind` is how it comes.
CARRY = """([data, name]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type: "image/png" }));
  return carried;
}"""


@pytest.fixture
def composer(page: Page) -> Page:
    studio.open_studio(page)
    return page


def field(page: Page, name: str = "start_image"):
    return page.locator(f'[data-picture="{name}"]')


def expect_held(page: Page, name: str = "start_image") -> None:
    """Its picture has come from the site and is shown."""
    picture = field(page, name).locator("[data-held] img")
    expect(picture).to_be_visible()
    studio.until(page, lambda: picture.evaluate("one => one.complete && one.naturalWidth > 0"))


def carry(page: Page, data: bytes = PNG):
    return page.evaluate_handle(CARRY, [base64.b64encode(data).decode(), "photo.png"])


def start_of(site: Site, shown) -> str:
    (row,) = site.rows("SELECT input FROM generations_prediction WHERE id = ?", studio.id_of(shown))
    return row["input"]


def test_by_the_picker(composer: Page, site: Site) -> None:
    """A chosen file is shown in the composer at once, keeps what was typed, and the prompt starts from it."""
    studio.prompt_of(composer).fill("from a photo")
    field(composer).locator("[data-picture-file]").set_input_files(FILE)
    expect_held(composer)
    expect(studio.prompt_of(composer)).to_have_value("from a photo")
    made = studio.send(composer, "from a photo")
    studio.expect_status(made, "succeeded")
    assert '"start_image": "upload:' in start_of(site, made)


def test_picker_is_reached_by_keyboard(composer: Page) -> None:
    """The field of the file takes the focus, has a name, and the picture can be removed by a key."""
    picker = composer.get_by_label("Start image: choose a file")
    picker.focus()
    expect(picker).to_be_focused()
    picker.set_input_files(FILE)
    expect_held(composer)
    composer.get_by_role("button", name="Remove: Start image").press("Enter")
    expect(field(composer).locator("[data-held]")).to_have_count(0)
    expect(picker).to_be_focused()


def test_by_dropping(composer: Page) -> None:
    """A file that is dragged over the page finds its places; dropped on one it becomes the start image."""
    carried = carry(composer)
    composer.dispatch_event("body", "dragenter", {"dataTransfer": carried})
    place = composer.locator('[data-drop="start"]')
    expect(place).to_be_visible()
    place.dispatch_event("dragover", {"dataTransfer": carried})
    place.dispatch_event("drop", {"dataTransfer": carried})
    expect(place).to_be_hidden()
    expect_held(composer)


def test_dragged_away_again_nothing_is_taken(composer: Page) -> None:
    """The places go with the file."""
    carried = carry(composer)
    composer.dispatch_event("body", "dragenter", {"dataTransfer": carried})
    composer.dispatch_event("body", "dragleave", {"dataTransfer": carried})
    expect(composer.locator('[data-drop="start"]')).to_be_hidden()
    expect(field(composer).locator("[data-held]")).to_have_count(0)


def test_by_pasting(composer: Page) -> None:
    """A picture in the clipboard, pasted into the prompt, becomes the start image; pasted words stay words."""
    studio.prompt_of(composer).focus()
    composer.evaluate(
        """(carried) => document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }))""",
        carry(composer),
    )
    expect_held(composer)
    expect(studio.prompt_of(composer)).to_have_value("")


def test_what_is_no_picture_is_said(composer: Page, console) -> None:
    """A file that is none is refused with a sentence beside its field, and the prompt stays."""
    console.expects("422")
    studio.prompt_of(composer).fill("still here")
    field(composer).locator("[data-picture-file]").set_input_files({**FILE, "buffer": PNG[:-200]})
    expect(field(composer).locator("[data-error]")).to_contain_text("damaged or cut short")
    expect(studio.prompt_of(composer)).to_have_value("still here")


def test_a_file_over_the_limit_is_not_even_sent(composer: Page, tmp_path: Path) -> None:
    """The page knows how large a file may be."""
    sent: list[str] = []
    composer.on("request", lambda request: sent.append(request.url))
    large = tmp_path / "large.png"
    large.write_bytes(PNG + bytes(40 * 2**20))
    field(composer).locator("[data-picture-file]").set_input_files(large)
    expect(field(composer).locator("[data-error]")).to_contain_text("larger than")
    assert not [url for url in sent if "/uploads/" in url]


# Masks


@pytest.fixture
def painting(composer: Page) -> Page:
    """The surface is open over a start image."""
    field(composer).locator("[data-picture-file]").set_input_files(FILE)
    expect_held(composer)
    composer.get_by_role("button", name="Paint a mask").click()
    expect(composer.get_by_role("dialog", name="Paint what is to change")).to_be_visible()
    return composer


def draw(page: Page) -> None:
    box = page.locator("[data-mask-surface]").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 3 / 4, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()


def painted(page: Page) -> int:
    """How many points of the surface are covered."""
    return page.locator("[data-mask-surface]").evaluate(
        """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
            .data.filter((byte, at) => at % 4 === 3 && byte > 127).length"""
    )


def test_a_painted_mask_goes_with_the_prompt(painting: Page, site: Site) -> None:
    """What was painted is sent as the mask of the start image, and the prompt repaints that part."""
    use = painting.get_by_role("button", name="Use this mask")
    expect(use).to_be_disabled()
    draw(painting)
    assert painted(painting) > 1000
    use.click()
    expect_held(painting, "mask")
    made = studio.send(painting, "only the middle")
    studio.expect_status(made, "succeeded")
    assert '"mask": "upload:' in start_of(site, made)


def test_painting_is_undone_erased_and_cleared(painting: Page) -> None:
    """Each stroke can be taken back, a part of it erased, and all of it cleared."""
    draw(painting)
    once = painted(painting)
    painting.get_by_role("button", name="Undo").click()
    assert painted(painting) == 0
    draw(painting)
    painting.get_by_text("Erase", exact=True).click()
    painting.locator("[data-mask-brush]").fill("4")
    draw(painting)
    assert 0 < painted(painting) < once
    painting.get_by_role("button", name="Clear").click()
    expect(painting.get_by_role("button", name="Use this mask")).to_be_disabled()
    painting.keyboard.press("Escape")
    expect(painting.get_by_role("dialog", name="Paint what is to change")).to_be_hidden()
    expect(field(painting, "mask").locator("[data-held]")).to_have_count(0)


def test_a_mask_without_a_pointer(composer: Page) -> None:
    """Who cannot paint brings the mask as a file."""
    field(composer).locator("[data-picture-file]").set_input_files(FILE)
    expect_held(composer)
    composer.get_by_label("Mask: choose a file").set_input_files({**FILE, "name": "mask.png"})
    expect_held(composer, "mask")
