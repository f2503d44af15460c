defmodule Thumbnailer.Batch.CLI.ContactSheetTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Batch, Error}
  alias Thumbnailer.Batch.{Outcome, Report}
  alias Thumbnailer.Batch.CLI.ContactSheet

  @browser root("test/browser")
  @chromium System.get_env("THUMBNAILER_CHROMIUM", "/usr/bin/chromium")

  # script/bootstrap --test installs the browser, npm what drives it.
  @moduletag skip:
               if(File.exists?(@chromium) and System.find_executable("npm") != nil,
                 do: false,
                 else: "there is no #{@chromium}, or no npm"
               )

  setup_all do
    unless File.exists?(Path.join(@browser, "node_modules/playwright-core/package.json")) do
      {_output, 0} =
        System.cmd("npm", ["ci", "--ignore-scripts"], cd: @browser, stderr_to_stdout: true)
    end

    :ok
  end

  # What the browser saw is JSON, of which Elixir 1.14 reads what it needs itself.
  defp look(page) do
    {seen, 0} = System.cmd("node", ["sheet.mjs", page], cd: @browser)
    seen
  end

  defp number(seen, key) do
    [_all, number] = Regex.run(~r/"#{key}":([0-9.]+)/, seen)
    {number, ""} = Float.parse(number)
    number
  end

  defp sheet(outcomes, out) do
    {:ok, sheet} = ContactSheet.open(out)
    report = Enum.reduce(outcomes, Report.new(), &Report.add(&2, &1))
    Enum.each(outcomes, &ContactSheet.add(sheet, &1))
    {:ok, page} = ContactSheet.close(sheet, report)
    page
  end

  defp made(path, outputs, milliseconds),
    do: %Outcome{
      path: path,
      state: :made,
      outputs: outputs,
      made: length(outputs),
      bytes: 900_000,
      milliseconds: milliseconds
    }

  defp output(path, width),
    do: %{path: path, size: "#{width}x", format: :auto, width: width, height: width, bytes: 5_000}

  @tag :real
  @tag timeout: 120_000
  test "a browser shows thumbnails and failures, filters, searches and asks no network",
       context do
    out = folder()
    photos = Path.join(out, "photos & <b>more</b>")
    File.mkdir_p!(photos)
    for n <- 1..30, do: File.cp!(sample("photo.jpg"), Path.join(photos, "#{n} #%?.jpg"))
    File.cp!(sample("quadrants.png"), Path.join(photos, "Needle \"<i>.png"))
    File.cp!(sample("truncated.jpg"), Path.join(photos, "cut.jpg"))

    thumbs = Path.join(out, "thumbs")
    {:ok, sheet} = ContactSheet.open(thumbs)

    {:ok, report} =
      Batch.run(photos,
        out: thumbs,
        sizes: ["100", "300x"],
        on: start_instance(context.test),
        observe: &ContactSheet.add(sheet, &1.last)
      )

    {:ok, page} = ContactSheet.close(sheet, report)
    seen = look(page)

    assert number(seen, "figures") == 32
    assert number(seen, "loaded_at_the_end") == 31
    assert {number(seen, "failed"), seen =~ ~s("reasons":["bad_image"])} == {1, true}
    assert number(seen, "slow") == 2
    assert {number(seen, "found"), number(seen, "found_reason")} == {1, 1}
    assert seen =~ ~S("found_name":"Needle \"<i>.png")
    assert {number(seen, "found_nothing"), number(seen, "figures_again")} == {0, 32}
    assert number(seen, "columns") > number(seen, "columns_narrow")
    # 180 pixels are wanted, and the smaller one has 100.
    assert seen =~ ~r/"sharp":"[^"]*-300x/
    assert seen =~ ~s("network":[],"errors":[])
    assert File.ls!(thumbs) -- ["index.html", ".thumbnailer" | thumbnails(thumbs)] == []
  end

  defp thumbnails(out), do: for(name <- File.ls!(out), name =~ ~r/\.(jpg|png)\z/, do: name)

  @tag timeout: 120_000
  test "of five thousand images only those in sight are loaded" do
    out = folder()

    outcomes =
      for n <- 1..5_000 do
        path = Path.join(out, "#{n}.jpg")
        :ok = File.ln(sample("photo.jpg"), path) |> or_copy(sample("photo.jpg"), path)
        made("/photos/#{n}.jpg", [output(path, 200)], n / 1)
      end

    seen = outcomes |> sheet(out) |> look()
    assert number(seen, "figures") == 5_000
    assert number(seen, "loaded_at_first") > 0
    assert number(seen, "loaded_at_first") < 500
    assert number(seen, "loaded_at_the_end") < 1_000
    assert number(seen, "slow") == 250
    assert seen =~ ~s("network":[],"errors":[])
    # Said, as a time is no matter for an assertion.
    IO.puts("\n5,000 images: first paint after #{number(seen, "first_paint")} ms")
  end

  defp or_copy(:ok, _from, _to), do: :ok
  defp or_copy({:error, _other_device}, from, to), do: File.cp(from, to)

  test "a page of failures alone is a page" do
    out = folder()
    page = sheet([Outcome.failed("/a.jpg", Error.new(:bad_image, "cut <short>"))], out)
    html = File.read!(page)
    assert html =~ "<em>bad_image</em><i>cut &lt;short&gt;</i>"
    assert html =~ "no thumbnail"
    assert File.ls!(out) -- [".thumbnailer"] == ["index.html"]
  end
end
