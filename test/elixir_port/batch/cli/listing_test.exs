defmodule Thumbnailer.Batch.CLI.ListingTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Error
  alias Thumbnailer.Batch.{Outcome, Report}
  alias Thumbnailer.Batch.CLI.Listing

  @made %Outcome{
    path: "in/a.jpg",
    state: :made,
    made: 1,
    bytes: 900,
    milliseconds: 12.5,
    outputs: [
      %{path: "out/a.webp", size: "200x", format: :webp, width: 200, height: 150, bytes: 80}
    ]
  }
  @failed %Outcome{
    path: "in/b.jpg",
    state: :failed,
    errors: [Error.new(:bad_image, "it is damaged")]
  }

  test "an image that was made says where its outputs are" do
    assert Listing.image(@made) == %{
             event: :image,
             path: "in/a.jpg",
             state: :made,
             bytes: 900,
             milliseconds: 12.5,
             outputs: [%{path: "out/a.webp", size: "200x", width: 200, height: 150, bytes: 80}],
             errors: [],
             warnings: []
           }
  end

  test "an image that failed says why" do
    assert %{state: :failed, errors: [%{reason: :bad_image, message: "it is damaged"}]} =
             Listing.image(@failed)
  end

  test "the summary has the counts of all and the slowest" do
    report = Enum.reduce([@made, @failed], Report.new(), &Report.add(&2, &1))
    summary = Listing.summary(report, report.started_at + 40)

    assert %{
             event: :summary,
             done: 2,
             made: 1,
             failed: 1,
             skipped: 0,
             thumbnails: 1,
             milliseconds: 40
           } = summary

    assert %{bytes_in: 900, bytes_out: 80, reasons: %{bad_image: 1}, stopped: false} = summary
    assert summary.slowest == [%{path: "in/a.jpg", milliseconds: 12.5}]
  end

  test "a file says in words what became of it, or would" do
    planned = [%{path: "out/a.webp", size: "200x", format: :webp}]

    assert Listing.lines(%{@made | state: :planned, outputs: planned}) == [
             "make out/a.webp from in/a.jpg"
           ]

    assert Listing.lines(@made) == ["made out/a.webp from in/a.jpg (80 B, 13 ms)"]
    assert Listing.lines(%{@made | state: :skipped}) == ["skip in/a.jpg"]
    assert Listing.lines(@failed) == ["fail in/b.jpg: it is damaged (bad_image)"]

    assert Listing.lines(%{@made | state: :pruned}, true) == [
             "prune out/a.webp of in/a.jpg, which is gone"
           ]

    assert Listing.lines(%Outcome{path: "x.cr2", state: :left_out, kind: :raw}) == [
             "left out (raw) x.cr2"
           ]
  end

  test "no name reaches a terminal as a command, nor hides what stands around it" do
    for name <- ["a\e[2Jb", "a\nb", "a\u202Egpj.exe", <<"a", 0x9B, "b">>, "\u200Bb", "\u2066b"] do
      assert [line] = Listing.lines(%Outcome{path: name, state: :skipped})
      assert line =~ ~r/\Askip "[\x20-\x7E]+"\z/
    end
  end
end
