defmodule Thumbnailer.Batch.CLI.ArgumentsTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Options
  alias Thumbnailer.Batch.CLI.{Arguments, Flag}

  defp parse(arguments) do
    {:ok, batch, shows} = Arguments.parse(arguments)
    {batch, shows}
  end

  test "reads every flag of the option table as its type" do
    arguments =
      ~w(photos *.png --out thumbs --size 200x200 --size 50x --jobs 3 --format webp --format avif --fit cover --quality 70
                   --background #fff --enlarge --timeout 500)

    {batch, _shows} = parse(arguments)
    assert batch.patterns == ["photos", "*.png"]
    assert batch.formats == [:webp, :avif]
    assert {batch.out, batch.sizes, batch.jobs} == {Path.expand("thumbs"), ["200x200", "50x"], 3}

    assert Enum.sort(batch.options) ==
             [
               background: "#ffffffff",
               enlarge: true,
               fit: :cover,
               quality: 70,
               timeout: 500
             ]
  end

  test "has defaults" do
    assert {%{sizes: ["200x200"], formats: [:auto], overwrite: :older, on_failure: :keep_going} =
              batch, _shows} = parse(~w(photos --out thumbs))

    assert batch.jobs == System.schedulers_online()
  end

  for {arguments, words} <- [
        {~w(photos), "--out DIR"},
        {~w(--out thumbs), "at least one file, folder or glob"},
        {~w(photos --out t --fit squash),
         "--fit squash: it takes one of inside, cover, contain, fill, outside"},
        {~w(photos --out t --quality 0), "--quality 0: it takes an integer from 1 to 100"},
        {~w(photos --out t --quality high), "--quality high"},
        {~w(photos --out t --background white), "--background white: it takes a colour such as"},
        {~w(photos --out t --size 0x5), "size must be 200"},
        {~w(photos --out t --jobs 0), "--jobs 0: it takes an integer from 1 to 256, or auto"},
        {~w(photos --out t --format bmp), "--format bmp: it takes one of auto, jpeg"},
        {~w(photos --out t --name {nmae}), "there is no {nmae}; a name may have {dir}"},
        {~w(photos --out t --name ../{name}), "--name must be a template"},
        {~w(photos --out t --size x9 --name {width}.{ext}), "the size x9 has no width"},
        {~w(photos --out t --size 1 --size 2 --name {name}.{ext}),
         "two outputs of an image would"},
        {~w(photos --out t --overwrite maybe), "--overwrite maybe: it takes one of older"},
        {~w(photos --out t --keep-going --stop-on-error), "--keep-going contradicts"},
        {~w(photos --out t --since yesterday), "--since yesterday: it takes a date such as"},
        {~w(photos --out t --focus here),
         "--focus here: it takes two numbers from 0 to 1, such as 0.5,0.2"},
        {~w(photos --out t --flat --name x), "--name and --flat contradict"},
        {~w(a b --beside), "--beside takes one folder"},
        {~w(photos --out t --quiet --verbose), "--quiet contradicts --verbose"},
        {~w(- --from list --out t), "there are two lists"},
        {~w(photos --out t --connect a@b), "--connect is of use with --cluster only"}
      ] do
    test "refuses #{Enum.join(arguments, " ")}" do
      assert {:error, message} = Arguments.parse(unquote(arguments))
      assert message =~ unquote(words)
    end
  end

  test "a flag for an amount needs none, whatever stands behind it" do
    for {arguments, sharpen} <- [
          {~w(photos --out t --sharpen), true},
          {~w(--sharpen photos --out t), true},
          {~w(photos --sharpen --out t), true},
          {~w(--sharpen 1.5 photos --out t), 1.5},
          {~w(photos --sharpen=1.5 --out t), 1.5},
          {~w(--sharpen true photos --out t), true},
          {~w(--sharpen 7.jpg photos --out t), true}
        ] do
      {batch, _shows} = parse(arguments)
      assert batch.options[:sharpen] == sharpen, inspect(arguments)
      assert List.last(batch.patterns) == "photos"
    end

    assert {%{options: [trim: true]}, _shows} = parse(~w(photos --trim --out t))
    assert {:error, message} = Arguments.parse(~w(--sharpen 0 photos --out t))
    assert message =~ "--sharpen 0: it takes true, false or a number"
  end

  test "refuses flags that it does not know, among them --to" do
    for flag <- ["--to", "--width", "--siez"] do
      assert {:error, message} = Arguments.parse(["photos", "--out", "t", flag, "1"])
      assert message =~ flag and not (message =~ "\n")
    end
  end

  test "reads a list from a file or from standard input" do
    assert {%{from: "list.txt", patterns: []}, _shows} = parse(~w(--from list.txt --out thumbs))

    assert {%{from: "-", patterns: ["photos"]}, _shows} = parse(~w(photos - --out thumbs))
  end

  test "reads the name of a cluster group as it stands in code" do
    assert {%{on: {:cluster, MyApp.Thumbs}, shared_storage: true}, %{connect: ["a@h", "b@h"]}} =
             parse(
               ~w(p --out t --cluster MyApp.Thumbs --shared-storage --connect a@h --connect b@h)
             )

    assert {%{on: {:cluster, :thumbs}}, _shows} = parse(~w(p --out t --cluster thumbs))
  end

  test "every letter stands for its flag" do
    {batch, shows} =
      parse(~w(-o t -s 50 -f png -n x/{name}.{ext} -x *.tmp -j auto -i list -0 -N -v -l log))

    assert {batch.out, batch.sizes, batch.formats, batch.exclude} ==
             {Path.expand("t"), ["50"], [:png], ["*.tmp"]}

    assert {batch.from, batch.null, batch.dry_run, batch.jobs} ==
             {"list", true, true, System.schedulers_online()}

    assert {shows.verbose, shows.log} == {true, "log"}
    assert Arguments.parse(["-h"]) == :help
  end

  test "documents every flag that it reads" do
    for %{name: name} <- Options.table([:output, :request]), name != :to do
      assert Flag.docs() =~ "`--#{name |> to_string() |> String.replace("_", "-")}`"
    end

    assert Flag.docs() =~ "`--stop-on-error`"
  end

  test "a flag has both spellings of a colour word, of which one may be given" do
    {batch, _display} = parse(~w(a --out b --grayscale --no-optimize --gravity center))
    assert Enum.sort(batch.options) == [gravity: :centre, greyscale: true, optimise: false]

    assert Arguments.parse(~w(a --out b --grayscale --greyscale)) ==
             {:error, "--greyscale and --grayscale are the same flag"}
  end
end
