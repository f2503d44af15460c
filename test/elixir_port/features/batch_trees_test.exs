defmodule Thumbnailer.Features.BatchTreesTest do
  # Runs on random trees with links, hard links and names that meet: no source is changed, what is refused is refused for a reason that
  # can be seen, and all else is made.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch

  @moduletag :real
  @moduletag timeout: 180_000

  setup context do
    {:ok, top: folder(), on: start_instance(context.test)}
  end

  # Names that meet: twins by case, by Unicode's normal forms, by suffix.
  @names [
    "a.jpg",
    "A.jpg",
    "a.JPG",
    "a.png",
    "\u00E9.jpg",
    "e\u0301.jpg",
    <<0xE9, ".jpg">>,
    "b c\n.jpg",
    "~.jpg",
    "-.jpg"
  ]
  # As a message shows it.
  @path ~S{("(?:[^"\\]|\\.)*"|\S+)}
  @folders ["", "d/", "D/", "d/e/", ".h/", "~/"]

  test "whatever the tree, no source is changed, and each image is made or refused for a reason that can be seen",
       %{top: top} = context do
    made =
      for seed <- 1..20,
          tree = grow(seed, Path.join(top, "tree-#{seed}")),
          originals = inodes(tree),
          run <- 1..3 do
        opts = random_opts(tree)
        kept = keep(tree, Path.join(top, "kept-#{seed}-#{run}"))
        {result, outcomes} = run(context, random_patterns(tree), opts)
        run = "seed #{seed}, run #{run}: #{inspect(opts)}"

        assert kept.digests == digests(kept.folder), run
        Enum.each(outcomes, &assert_told(&1, kept, run))
        assert_whole(result, outcomes, run)
        unless opts[:overwrite] == :any, do: assert_there(kept, Map.values(originals), run)
        Enum.count(outcomes, &(&1.state == :made))
      end

    # Else all could be refused.
    assert Enum.sum(made) > 100
    assert Enum.count(made, &(&1 > 0)) > 20
  end

  defp run(context, patterns, opts) do
    me = self()
    observe = &send(me, {:told, &1.last})
    result = Batch.run(patterns, [on: context.on, sizes: ["40"], observe: observe] ++ opts)
    {result, told()}
  end

  defp told do
    receive do
      {:told, outcome} -> [outcome | told()]
    after
      0 -> []
    end
  end

  # A further link to each file, so that its bytes stay and no new file gets its inode.
  defp keep(tree, folder) do
    File.mkdir_p!(folder)
    inodes = inodes(tree)
    for {path, inode} <- inodes, do: File.ln(path, Path.join(folder, "#{inode}"))
    %{folder: folder, inodes: inodes, digests: digests(folder)}
  end

  defp inodes(folder),
    do: for(path <- files(folder), into: %{}, do: {path, File.stat!(path).inode})

  defp digests(folder),
    do: for(path <- files(folder), into: %{}, do: {path, :erlang.md5(File.read!(path))})

  defp kept?(kept, path),
    do: Map.has_key?(kept.digests, Path.join(kept.folder, "#{File.stat!(path).inode}"))

  defp assert_told(%{state: :left_out}, _kept, _run), do: :ok

  defp assert_told(%{state: :pruned} = outcome, _kept, run),
    do: refute(File.exists?(outcome.path), run)

  defp assert_told(outcome, kept, run) do
    assert kept?(kept, outcome.path), "#{outcome.path} was replaced: #{run}"

    case outcome.state do
      :made ->
        for output <- outcome.outputs, do: assert_made(output, kept, run)

      :skipped ->
        for output <- outcome.outputs, do: assert(File.regular?(output.path), run)

      :failed ->
        for error <- outcome.errors, do: assert(justified?(error), error.message <> ", " <> run)
    end
  end

  defp assert_made(output, kept, run) do
    assert {:ok, %{type: :regular, size: size}} = File.lstat(output.path)
    assert {size, kept?(kept, output.path)} == {output.bytes, false}, run
  end

  # No other reason than what stands in the place of the output.
  defp justified?(%{reason: :write_failed, details: %{refused: true}, message: message}) do
    case Regex.run(~r/^#{@path} (is the image|is a link|exists)(?: #{@path} itself)?/, message) do
      [_all, output, "is the image", source] -> same_file?(named(output), named(source))
      [_all, output, "is a link"] -> match?({:ok, %{type: :symlink}}, File.lstat(named(output)))
      [_all, output, "exists"] -> match?({:ok, %{type: :regular}}, File.lstat(named(output)))
      nil -> false
    end
  end

  defp justified?(_error), do: false

  defp same_file?(one, other), do: File.stat!(one).inode == File.stat!(other).inode

  # As it is shown, between quotes where it is not plain.
  defp named("\"" <> _rest = shown), do: shown |> Code.eval_string() |> elem(0)
  defp named(shown), do: shown

  # A run is refused as a whole only for outputs that meet.
  defp assert_whole({:ok, report}, outcomes, run) do
    left_out = report.left_out |> Map.values() |> Enum.sum()
    assert length(outcomes) == report.done + report.pruned + left_out, run
  end

  defp assert_whole({:error, error}, outcomes, run) do
    assert error.reason == :bad_option, run

    assert [_all, one, other] =
             Regex.run(~r/^#{@path} and #{@path} would both be /, error.message)

    assert File.exists?(named(one)) and File.exists?(named(other)) and one != other, run
    assert Enum.all?(outcomes, &(&1.state == :left_out)), run
  end

  # What no batch has made stands where it stood.
  defp assert_there(kept, originals, run) do
    for {path, inode} <- kept.inodes,
        inode in originals,
        do: assert(match?({:ok, %{inode: ^inode}}, File.lstat(path)), path <> ", " <> run)
  end

  defp grow(seed, tree) do
    :rand.seed(:exsss, {seed, 7, 11})

    for _file <- 1..12 do
      path = "#{tree}/in/#{Enum.random(@folders)}#{Enum.random(@names)}"
      File.mkdir_p!(Path.dirname(path))

      case {:rand.uniform(6), there(tree)} do
        {1, [_ | _] = files} ->
          File.ln(Enum.random(files), path)

        {2, [_ | _] = files} ->
          File.ln_s(Enum.random(files), path)

        {3, _files} ->
          File.ln_s("#{tree}/in", Path.rootname(path))

        {_kind, _files} ->
          unless match?({:ok, _info}, File.lstat(path)),
            do: File.cp!(sample(Enum.random(~w(quadrants.png quadrants.jpg))), path)
      end
    end

    # A folder for thumbnails with files, links and hard links to sources in it.
    File.mkdir_p!("#{tree}/out/d")

    for file <- Enum.take_random(there(tree), 3),
        do: File.ln(file, "#{tree}/out/#{Enum.random(@names)}")

    for file <- Enum.take_random(there(tree), 2),
        do: File.ln_s(file, "#{tree}/out/d/#{Enum.random(@names)}")

    _ = File.ln_s("#{tree}/in", "#{tree}/out/D")
    tree
  end

  # Of whatever names, in an order that is always the same, without journals; links are not followed.
  defp files(folder) do
    {paths, 0} = System.cmd("find", [folder, "-type", "f", "-print0"])
    paths = :binary.split(paths, <<0>>, [:global, :trim_all])
    paths |> Enum.reject(&(&1 =~ "/.thumbnailer/")) |> Enum.sort()
  end

  defp there(tree), do: if(File.dir?("#{tree}/in"), do: files("#{tree}/in"), else: [])

  defp random_patterns(tree),
    do:
      Enum.random([
        ["#{tree}/in"],
        ["#{tree}/in/**/*"],
        ["#{tree}/in", "#{tree}/out"],
        ["#{tree}/in/d", "#{tree}/in"],
        there(tree)
      ])

  defp random_opts(tree) do
    [
      out: Enum.random(["#{tree}/out", "#{tree}/in", "#{tree}/in/d", "#{tree}/out/D", tree]),
      overwrite: Enum.random([:older, :always, :any]),
      follow_links: Enum.random([true, false])
    ] ++
      Enum.random([
        [],
        [flat: true],
        [name: "{dir}/{name}.{source_ext}"],
        [format: :jpeg],
        [suffix: "x"],
        [prune: true]
      ])
  end
end
