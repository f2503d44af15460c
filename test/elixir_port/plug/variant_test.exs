defmodule Thumbnailer.Plug.VariantTest do
  use ExUnit.Case, async: true

  import Plug.Conn, only: [sent_header: 2]
  import Thumbnailer.Fixtures
  import Thumbnailer.PlugRequests

  test "the tag differs with the image, the size, the format and the options" do
    folder = folder()
    File.cp!(sample("photo.jpg"), Path.join(folder, "a.jpg"))
    webp = [formats: [:webp]]

    tag = fn address, opts, headers ->
      conn = get(address, [root: folder] ++ opts, [{"if-none-match", "*"} | headers])
      sent_header(conn, "etag")
    end

    before = tag.("/thumbs/small/a.jpg", [], [])
    File.touch!(Path.join(folder, "a.jpg"), 1_000_000_000)

    tags = [
      before,
      tag.("/thumbs/small/a.jpg", [], []),
      tag.("/thumbs/card/a.jpg", [], []),
      tag.("/thumbs/small/a.jpg", webp, [{"accept", "image/webp"}]),
      tag.("/thumbs/small/a.jpg", [options: [quality: 40]], [])
    ]

    assert tags == Enum.uniq(tags)

    # Where and for how long it may be made is no part of it.
    for options <- [[on: Thumbnailer.Nobody], [timeout: 5], [coalesce: false]],
        do: assert(tag.("/thumbs/small/a.jpg", [options: options], []) == Enum.at(tags, 1))

    assert Enum.at(tags, 1) == tag.("/thumbs/small/a.jpg", webp, [])
  end

  test "the tag differs with the root, and with what an overlay shows" do
    [one, other] = [folder(), folder()]

    for folder <- [one, other] do
      File.cp!(sample("photo.jpg"), Path.join(folder, "a.jpg"))
      File.touch!(Path.join(folder, "a.jpg"), 1_000_000_000)
    end

    mark = Path.join(one, "mark.png")

    tag = fn opts, mark_bytes ->
      File.write!(mark, mark_bytes)
      File.touch!(mark, 1_000_000_000)
      sent_header(get("/thumbs/small/a.jpg", opts, [{"if-none-match", "*"}]), "etag")
    end

    tags = [
      tag.([root: one], "1"),
      tag.([root: other], "1"),
      tag.([root: one, options: [overlay: mark]], "1"),
      tag.([root: one, options: [overlay: mark]], "2")
    ]

    assert tags == Enum.uniq(tags)
  end
end
