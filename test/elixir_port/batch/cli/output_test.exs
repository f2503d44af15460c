defmodule Thumbnailer.Batch.CLI.OutputTest do
  # What a batch writes to standard output, standard error, a terminal and its log, as an operating system process.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures
  import Thumbnailer.Shell

  @moduletag :real
  @moduletag timeout: 120_000

  setup do
    top = folder()
    photos = top <> "/photos"
    File.mkdir_p!(photos)
    for name <- ~w(a.jpg b.jpg), do: File.cp!(sample("photo.jpg"), photos <> "/" <> name)
    File.write!(photos <> "/bad.jpg", "no image")
    File.write!(photos <> "/x.orf", "")
    {:ok, top: top, photos: photos}
  end

  defp lines(text), do: String.split(text, "\n", trim: true)

  # What is said of each file of the folder, without the time that it took.
  defp said(top) do
    [
      "left out (raw) #{top}/photos/x.orf",
      "made #{top}/out/a.jpg from #{top}/photos/a.jpg",
      "made #{top}/out/b.jpg from #{top}/photos/b.jpg",
      "fail #{top}/photos/bad.jpg: "
    ]
  end

  defp assert_said_once(lines, prefix),
    do: assert(Enum.count(lines, &String.starts_with?(&1, prefix)) == 1, prefix)

  describe "with --json" do
    test "lines of the program's log are on standard error, and only objects on standard output",
         %{top: top} do
      command = ~S(mix thumbnailer.batch "$T/photos/a.jpg" -o "$T/out" --json)
      program = [{"THUMBNAILER_EXECUTABLE", fake("says_log_lines")}]
      {output, errors, 1} = shell(command, top, "C.UTF-8", program)
      assert errors =~ "before the hello"
      assert [~s({"bytes") <> _image, ~s({"bytes_in") <> _summary] = lines(output)
    end

    for {logger, call} <- [{"runs", "start"}, {"does not run yet", "stop"}] do
      test "lines of Elixir and OTP are there, too, where the logger #{logger}", %{top: top} do
        prepare = "Application.#{unquote(call)}(:logger)"

        call =
          ~s|Thumbnailer.Batch.CLI.run(["#{top}/photos/a.jpg", "--out", "#{top}/out", "--json"])|

        log =
          ~S|require Logger; Logger.warning("of Elixir"); :logger.error("of OTP"); Logger.flush()|

        script = "#{elixir()} -e '#{prepare}; #{call}; #{log}'"
        {output, errors, 0} = shell(script, top)
        assert errors =~ "of Elixir" and errors =~ "of OTP"
        assert [~s({"bytes") <> _image, ~s({"bytes_in") <> _summary] = lines(output)
      end
    end
  end

  describe "with --verbose" do
    test "each file has a line that says what became of it", %{top: top} do
      {output, "", 1} = shell(~S(mix thumbnailer.batch "$T/photos" -o "$T/out" --verbose), top)
      for prefix <- said(top), do: output |> lines() |> assert_said_once(prefix)
      assert output =~ ~r{^made .*/a\.jpg \([0-9.]+ k?B, \d+ ms\)$}m
      {output, "", 1} = shell(~S(mix thumbnailer.batch "$T/photos" -o "$T/out" -v), top)

      for name <- ~w(a b),
          do: output |> lines() |> assert_said_once("skip #{top}/photos/#{name}.jpg")
    end
  end

  describe "with --log" do
    test "each file has a line with the time, and later runs append theirs", %{top: top} do
      command = ~S(mix thumbnailer.batch "$T/photos" -o "$T/out" --quiet --log "$T/log")
      began = DateTime.truncate(DateTime.utc_now(), :second)
      {_output, "", 1} = shell(command, top)
      first = File.read!(top <> "/log")

      written =
        for line <- lines(first) do
          [time, said] = String.split(line, " ", parts: 2)
          {:ok, time, 0} = DateTime.from_iso8601(time)
          assert DateTime.compare(time, began) != :lt
          assert DateTime.compare(time, DateTime.utc_now()) != :gt
          said
        end

      for prefix <- said(top), do: assert_said_once(written, prefix)
      assert_said_once(written, "3 images: 2 made, 0 skipped, 1 failed")

      {_output, "", 1} = shell(command, top)
      assert String.starts_with?(File.read!(top <> "/log"), first)
      second = File.read!(top <> "/log") |> String.replace_prefix(first, "")
      assert second =~ ~r{^\S+Z skip \S+/a\.jpg$}m
      assert second =~ ~r{^\S+Z 3 images: 0 made, 2 skipped, 1 failed}m
    end

    test "one that cannot be opened is refused by name before anything is made", %{top: top} do
      command = ~S(mix thumbnailer.batch "$T/photos" -o "$T/out" --log "$T/nowhere/log")

      assert {"", errors, 1} = shell(command, top)

      assert errors ==
               "--log #{top}/nowhere/log cannot be written: no such file or directory\n"

      refute File.exists?(top <> "/out")
    end
  end

  describe "on a terminal" do
    @many 40
    setup %{photos: photos} do
      for n <- 1..@many, do: File.cp!(sample("photo.jpg"), "#{photos}/c#{n}.jpg")
      :ok
    end

    @command ~S(mix thumbnailer.batch "$T/photos" -o "$T/out" --jobs 1 --size 500 --enlarge --format webp)

    test "the progress is cut so that it does not wrap, here with 40 columns", %{top: top} do
      {shown, 1} = terminal(@command, top, 40)

      progress =
        for [_all, line] <- Regex.scan(~r/\r\e\[2K([^\r\n\e]*)/, shown), line =~ "%", do: line

      widths = Enum.map(progress, &String.length/1)
      # With "1 failed" a line is longer than that.
      assert Enum.max(widths) == 39
      assert List.last(progress) =~ ~r{^\d+/43 \(\d+ %\), }
      assert shown =~ "43 images: 42 made, 0 skipped, 1 failed"
    end

    test "--quiet shows no progress, only the summary and the failures", %{top: top} do
      {shown, 1} = terminal(@command <> " --quiet", top, 80)
      refute shown =~ "\e"
      refute shown =~ "%"
      refute shown =~ "made #{top}"
      shown = shown |> String.replace("\r\n", "\n") |> lines()
      assert hd(shown) =~ "43 images: 42 made, 0 skipped, 1 failed"
      assert List.last(shown) =~ "photos/bad.jpg: "
    end

    test "no name is a command for it, and each is shown as where there is none", context do
      %{top: top, photos: photos} = context
      File.rm_rf!(photos)
      File.mkdir_p!(photos)

      for name <- ["esc\e[2J.jpg", "new\nline.jpg", "over\u202Egpj.jpg", <<"lat", 0xE9, ".jpg">>],
          do: File.write!(photos <> "/" <> name, "no image")

      File.cp!(sample("photo.jpg"), photos <> "/\u00FCber.jpg")
      {shown, 1} = terminal(~S(mix thumbnailer.batch "$T/photos" -o "$T/out" --verbose), top, 80)
      assert String.valid?(shown)
      refute shown =~ "\e"
      refute shown =~ "\u202E"

      for name <- [
            ~S(esc\e[2J.jpg"),
            ~S(new\nline.jpg"),
            ~S(over\u{202E}gpj.jpg"),
            ~S(lat\xE9.jpg")
          ],
          do: assert(shown =~ ~s(fail "#{photos}/) <> name)

      assert shown =~ "made #{top}/out/\u00FCber.jpg from #{photos}/\u00FCber.jpg"
    end
  end
end
