defmodule Thumbnailer.Batch.CLITest do
  # The command line as an operating system process: in each locale, with lists on standard input, without Mix.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures
  import Thumbnailer.Shell

  @moduletag :real
  @moduletag timeout: 300_000

  @latin1 <<"lat", 0xE9, ".jpg">>
  @names ["a.jpg", "\u00FCber.jpg", "e\u0301.jpg", "new\nline.jpg", "esc\e[2J.jpg", @latin1]

  setup do
    top = folder()
    photos = Path.join(top, "photos")
    File.mkdir_p!(photos)
    for name <- @names, do: File.cp!(sample("photo.jpg"), photos <> "/" <> name)
    {:ok, top: top, photos: photos}
  end

  defp found(folder) do
    {paths, 0} =
      System.cmd("find", [
        folder,
        "-name",
        ".thumbnailer",
        "-prune",
        "-o",
        "-type",
        "f",
        "-printf",
        "%P\\0"
      ])

    paths |> :binary.split(<<0>>, [:global, :trim_all]) |> Enum.sort()
  end

  for locale <- ["C.UTF-8", "C"] do
    test "in the locale #{locale} folders and folders of outputs have any name", %{top: top} do
      {output, _errors, 0} =
        shell(~s(mix thumbnailer.batch "$T/photos" -o "$T/o\u00FC" -q), top, unquote(locale))

      assert output =~ "6 images: 6 made"
      assert found(top <> "/o\u00FC") == Enum.sort(@names)
    end

    test "in the locale #{locale} a list on standard input has any name, from a slow producer, too",
         %{top: top, photos: photos} do
      script =
        ~S[(find "$T/photos" -type f -print0 | head -c 40; sleep 2; find "$T/photos" -type f -print0 | tail -c +41) | mix thumbnailer.batch - -0 -o "$T/out" -q --flat]

      {output, _errors, 0} = shell(script, top, unquote(locale))
      assert output =~ "6 images: 6 made"
      assert found(top <> "/out") == Enum.sort(@names)
      lines = for name <- @names, not (name =~ "\n"), do: [photos, "/", name, "\n"]
      File.write!(top <> "/list", ["\uFEFF", lines])

      {output, _errors, 0} =
        shell(~S(mix thumbnailer.batch - -o "$T/lines" -q < "$T/list"), top, unquote(locale))

      assert output =~ "5 images: 5 made"
    end
  end

  test "with --json standard output has nothing but objects, whatever the names and the logger",
       %{top: top} do
    {output, errors, 1} =
      shell(
        ~S(echo x > "$T/photos/bad.jpg"; touch "$T/photos/x.orf"; mix thumbnailer.batch "$T/photos" "$T/missing" -o "$T/out" --json --report),
        top
      )

    assert errors == ""

    script =
      "import sys, json, os\nfor line in sys.stdin.buffer:\n  o = json.loads(line)\n  sys.stdout.buffer.write(o['event'].encode() + b' ' + os.fsencode(o.get('path', '')) + b'\\0')"

    File.write!(top <> "/read_json.py", script)
    python = System.get_env("THUMBNAILER_PYTHON", "python3")

    {seen, 0} =
      System.cmd("sh", ["-c", "#{python} -X utf8 '#{top}/read_json.py' < '#{top}/stdout'"])

    seen = :binary.split(seen, <<0>>, [:global, :trim_all])
    assert length(seen) == output |> String.split("\n", trim: true) |> length()
    for name <- @names, do: assert(("image " <> top <> "/photos/" <> name) in seen)
    assert ("left_out " <> top <> "/photos/x.orf") in seen
    assert List.last(seen) == "summary "
  end

  test "what is shown of names is no command for a terminal", %{top: top} do
    for flags <- ["--dry-run", "--verbose", "--overwrite always --log \"$T/log\""] do
      {output, errors, 0} = shell(~s(mix thumbnailer.batch "$T/photos" -o "$T/out" #{flags}), top)
      refute output =~ "\e"
      refute errors =~ "\e"
      assert String.valid?(output)
    end

    refute File.read!(top <> "/log") =~ "\e"
  end

  test "a line that is not understood is said on standard error, with status 2; --help is no error",
       %{top: top} do
    assert {"", errors, 2} = shell(~S(mix thumbnailer.batch "$T/photos" --out x --siez 3), top)
    assert errors =~ "--siez"
    assert {output, "", 0} = shell("mix thumbnailer.batch --help", top)
    assert output =~ "`--retry-failed`"
  end

  test "what --include does not match and --exclude matches is left out and counted", %{top: top} do
    File.mkdir_p!(top <> "/in/private")

    for name <- ~w(a.jpg b.png draft-c.jpg private/d.jpg),
        do: File.cp!(sample("photo.jpg"), top <> "/in/" <> name)

    script = ~S(mix thumbnailer.batch "$T/in" -o "$T/out" --include "*.jpg" --exclude private)
    {output, "", 0} = shell(script <> ~S( -x "draft-*" -q), top)
    assert found(top <> "/out") == ["a.jpg"]
    assert output =~ "1 images: 1 made"
    assert output =~ "left out: 3 excluded"
  end

  test "an image beside which its thumbnail would lie under its own name has the bytes that it had",
       %{top: top, photos: photos} do
    before = File.read!(photos <> "/a.jpg")
    script = ~S(mix thumbnailer.batch "$T/photos/a.jpg" --out "$T/photos" --overwrite always)
    {output, _errors, 1} = shell(script, top)
    assert output =~ "itself, which is never replaced"
    assert File.read!(photos <> "/a.jpg") == before
  end

  test "as a function it needs no Mix, and ends with the status", %{top: top} do
    call = ~s|Thumbnailer.Batch.CLI.main(["#{top}/photos", "--out", "#{top}/out", "--quiet"])|
    {output, _errors, 0} = shell("#{elixir()} -e '#{call}'", top)
    assert output =~ "6 images: 6 made"
    File.write!(top <> "/photos/bad.jpg", "no image")
    {output, _errors, 1} = shell("#{elixir()} -e '#{call}'", top)
    assert output =~ "7 images: 0 made, 6 skipped, 1 failed"
  end

  @tag timeout: 600_000
  test "a list of 200,000 paths on standard input takes little memory", %{top: top} do
    producer =
      ~S[awk 'BEGIN { for (n = 0; n < 200000; n++) print "/nowhere/folder/image-" n ".jpg" }']

    # /proc/PID/status of the BEAM is asked for by itself in the end.
    call =
      ~s|Thumbnailer.Batch.CLI.run(["-", "--out", "#{top}/out", "--quiet", "--dry-run"]); IO.puts(File.read!("/proc/self/status"))|

    {output, _errors, _status} = shell("#{producer} | #{elixir()} -e '#{call}'", top)
    assert output =~ "200000 images: 0 made, 0 skipped, 200000 failed"
    [_all, kilobytes] = Regex.run(~r/VmHWM:\s+(\d+) kB/, output)
    # A BEAM with nothing to do has 50 MB.
    assert String.to_integer(kilobytes) < 110_000
  end
end
