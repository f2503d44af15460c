defmodule Thumbnailer.Batch.CLI.ContactSheetNamesTest do
  # Whoever may put a file into a folder must not write the page that somebody else makes of it, nor say where it is written.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.{Format, Outcome, Report}
  alias Thumbnailer.Batch.CLI.ContactSheet
  alias Thumbnailer.Error

  @names [
    "a\e[2J\e]0;owned\a.jpg",
    "a\nb\r\t\v.jpg",
    "a\u202Egpj.exe",
    "a\u2066\u200F\u200B\uFEFF.jpg",
    "a\u0085\u2028.jpg",
    <<"a", 0xFF, 0xC0, 0x80, ".jpg">>,
    ~S|a"onerror="alert(1).jpg|,
    "a' onerror='alert(1).jpg",
    "a&lt;script&gt;&quot;.jpg",
    "<script>alert(1)</script>",
    "--><!--",
    "</figure></main><script src=x>",
    "javascript:alert(1)",
    "?a#b%2F..\\c.jpg"
  ]

  @unseen ~r/[\x00-\x09\x0B-\x1F\x7F-\x9F\x{200B}-\x{200F}\x{2028}-\x{202E}\x{2060}-\x{206F}\x{FEFF}]/u

  # Tags with attributes between double quotes, which hold nothing that ends them or begins another tag.
  @tag_of_a_sheet ~r/\A<\/?(figure|figcaption|div|a|img|b|em|i|span|main)( [a-z-]+="[^"<>]*")*>\z/

  setup do
    {:ok, out: Path.join(folder(), "out")}
  end

  defp sheet(outcomes, out) do
    {:ok, sheet} = ContactSheet.open(out)
    Enum.each(outcomes, &ContactSheet.add(sheet, &1))
    ContactSheet.close(sheet, Enum.reduce(outcomes, Report.new(), &Report.add(&2, &1)))
  end

  defp made(name, out) do
    output = %{
      path: out <> "/" <> name,
      size: "4x4",
      format: :auto,
      width: 4,
      height: 4,
      bytes: 5
    }

    %Outcome{
      path: "/photos/" <> name,
      state: :made,
      outputs: [output, output],
      made: 2,
      bytes: 9,
      milliseconds: 1.0
    }
  end

  defp failed(name, _out),
    do:
      Outcome.failed("/photos/" <> name, Error.new(:bad_image, "the file #{name} cannot be read"))

  for name <- @names, kind <- [:made, :failed] do
    test "the name #{Format.printable(name)} of an image that is #{kind} is text on the page", %{
      out: out
    } do
      outcome =
        if unquote(kind) == :made, do: made(unquote(name), out), else: failed(unquote(name), out)

      {:ok, page} = sheet([outcome], out)
      html = File.read!(page)

      assert String.valid?(html)
      # Nothing on it commands a terminal, is unseen or turns the direction of writing.
      refute html =~ @unseen

      assert [_head, figures] = String.split(html, "<main>\n")
      assert [figure, _script] = String.split(figures, "</main>\n<script>\n")
      assert [figure, ""] = String.split(figure, "\n")
      tags = for [tag] <- Regex.scan(~r/<[^>]*>?/, figure), do: tag
      assert Enum.reject(tags, &(&1 =~ @tag_of_a_sheet)) == []
      assert List.first(tags) =~ "<figure" and List.last(tags) == "</figure>"
      assert Enum.count(tags, &(&1 =~ "<figure")) == 1
      assert length(Regex.scan(~r/&(?!amp;|lt;|gt;|quot;)/, figure)) == 0

      for [_all, address] <- Regex.scan(~r/(?:href|src)="([^"]*)"/, figure),
          do: assert(URI.decode(address) == unquote(name) and address =~ ~r/\A[\w.%~\/-]+\z/)
    end
  end

  describe "a link" do
    test "in the place of the page is not followed, whatever it leads to", %{out: out} do
      File.mkdir_p!(out)
      page = Path.join(out, "index.html")
      {:ok, sheet} = sheet([], Path.join(folder(), "other"))

      for {name, content} <- [{"foreign", "<p>mine</p>"}, {"sheet", File.read!(sheet)}] do
        target = Path.join(out, name)
        File.write!(target, content)
        File.ln_s!(target, page)

        assert {:error, %Error{reason: :write_failed, message: message}} = ContactSheet.open(out)
        assert message =~ "#{page} is no contact sheet; move it away"
        assert {:ok, ^target} = File.read_link(page)
        assert File.read!(target) == content
        File.rm!(page)
      end

      File.ln_s!(Path.join(out, "nothing"), page)
      assert {:error, %Error{reason: :write_failed}} = ContactSheet.open(out)
    end

    test "that came into the place of the page while images were made is not followed", %{
      out: out
    } do
      {:ok, sheet} = ContactSheet.open(out)
      target = Path.join(out, "target")
      File.write!(target, "mine")
      File.ln_s!(target, Path.join(out, "index.html"))
      assert {:error, %Error{reason: :write_failed}} = ContactSheet.close(sheet, Report.new())
      assert {:ok, ^target} = File.read_link(Path.join(out, "index.html"))
      assert File.read!(target) == "mine"
      assert File.ls!(Path.join(out, ".thumbnailer")) == []
    end

    test "in the place of the part file is replaced, before images are made and after", %{
      out: out
    } do
      part = Path.join(out, ".thumbnailer/sheet-#{System.pid()}")
      File.mkdir_p!(Path.dirname(part))
      target = Path.join(out, "target")
      File.write!(target, "mine")

      File.ln_s!(target, part)
      {:ok, sheet} = ContactSheet.open(out)
      :ok = ContactSheet.add(sheet, failed("a.jpg", out))
      assert File.read!(target) == "mine"

      File.ln_s!(target, part)
      assert {:ok, page} = ContactSheet.close(sheet, Report.new())
      assert File.read!(target) == "mine"
      assert File.lstat!(page).type == :regular
      assert File.read!(page) =~ "a.jpg"
    end
  end
end
