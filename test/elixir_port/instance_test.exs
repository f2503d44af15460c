defmodule Thumbnailer.InstanceTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{InstanceOptions, Step}
  alias Thumbnailer.Step.Catalog

  test "the options that the program keeps are on its command line", %{test: name} do
    start_fake(name, "shows_arguments",
      workers: 3,
      max_images_per_worker: 1,
      max_pixels: 5_000,
      sandbox: :off,
      max_queue: 7
    )

    {:ok, %{version: flags}} = Thumbnailer.info(name)

    assert flags |> String.split() |> Enum.sort() ==
             ~w(--die-with-parent --log-events --max-images-per-worker=1 --max-pixels=5000 --max-reply-bytes=268435456 --sandbox=off --timeout=30000 --workers=3)
  end

  test "a wrong option raises in the caller and names what is accepted" do
    assert_raise ArgumentError, "option :workers must be an integer from 1 to 256, got: 0", fn ->
      Thumbnailer.start_link(workers: 0)
    end

    assert_raise ArgumentError, ~r/unknown option :worker; did you mean :workers\?/, fn ->
      Thumbnailer.child_spec(worker: 2)
    end
  end

  test "a name that is taken is said with who has it, and changes nothing for that one", %{
    test: name
  } do
    start_fake(name, "echo")
    step = %Step{name: :duotone, hash: "0"}
    Catalog.put(name, %{name: :duotone}, step)

    assert {:error, {:already_started, pid}} =
             Thumbnailer.start_link(name: name, executable: fake("echo"))

    assert pid == Process.whereis(name)
    assert Catalog.known(name) == %{duotone: step}
  end

  test "isolation: :image and a number of uses contradict each other" do
    assert_raise ArgumentError, ~r/isolation: :image means max_images_per_worker: 1/, fn ->
      Thumbnailer.start_link(name: Twice, isolation: :image, max_images_per_worker: 10)
    end
  end

  @tag :real
  test "isolation: :image gives each image a worker of its own", %{test: name} do
    start_supervised!({Thumbnailer, name: name, workers: 1, isolation: :image})

    for _image <- 1..3,
        do: {:ok, _thumbnail} = Thumbnailer.make(sample("quadrants.jpg"), 40, on: name)

    assert {:ok, %{program: %{forked: 4}}} = Thumbnailer.stats(name)
  end

  @tag :real
  test "the sandbox status says what was tried on this host", %{test: name} do
    start_supervised!({Thumbnailer, name: name, sandbox: :off})
    assert {:ok, %{mode: :off, complete: false}} = Thumbnailer.sandbox_status(name)
  end

  test "two instances live beside each other in one tree", %{test: name} do
    children =
      for n <- [1, 2], do: {Thumbnailer, name: {:global, {name, n}}, executable: fake("echo")}

    start_supervised!(%{
      id: :tree,
      start: {Supervisor, :start_link, [children, [strategy: :one_for_one]]}
    })

    {:ok, %{os_pid: one}} = Thumbnailer.info({:global, {name, 1}})
    {:ok, %{os_pid: two}} = Thumbnailer.info({:global, {name, 2}})
    assert one != two
  end

  test "a missing program does not take the tree down", %{test: name} do
    start_instance(name, executable: "/nowhere/thumbnailer")

    supervisor =
      name
      |> Process.whereis()
      |> Process.info(:dictionary)
      |> elem(1)
      |> Keyword.get(:"$ancestors")
      |> hd()

    for _ <- 1..5, do: assert({:error, %{reason: :unavailable}} = Thumbnailer.info(name))
    assert Process.alive?(supervisor)
  end

  @tag :real
  test "the program says the limits that the documentation promises", %{test: name} do
    start_instance(name)
    {:ok, %{limits: limits, sandbox: sandbox}} = Thumbnailer.info(name)

    for option <- InstanceOptions.table(), is_map_key(limits, option.name) do
      promised = option.default_doc || to_string(option.default)
      assert String.replace(promised, ",", "") == to_string(limits[option.name]), "#{option.name}"
    end

    assert sandbox.mode == :best_effort
  end

  @tag :real
  test "the program takes every option", %{test: name} do
    start_instance(name,
      workers: 1,
      max_images_per_worker: 2,
      timeout: 3_000,
      max_pixels: 4_000,
      max_source_bytes: 5_000,
      max_request_bytes: 6_000,
      max_memory: 20_000_000,
      sandbox: :best_effort
    )

    assert {:ok, %{workers: 1, limits: limits}} = Thumbnailer.info(name)

    assert %{max_images_per_worker: 2, timeout: 3_000, max_pixels: 4_000, max_source_bytes: 5_000} =
             limits

    assert %{max_request_bytes: 6_000, max_memory: 20_000_000} = limits
  end

  @tag :real
  test "the program takes the smallest and the largest value of every option", %{test: name} do
    for limit <- [:min, :max] do
      opts =
        for %{wire: "--" <> _, type: :integer} = option <- InstanceOptions.table(),
            option.name not in [:workers, :timeout],
            do: {option.name, Map.fetch!(option, limit)}

      start_supervised!({Thumbnailer, [name: name] ++ opts}, id: limit)
      assert {:ok, %{limits: limits}} = Thumbnailer.info(name)
      assert limits |> Map.delete(:timeout) |> Enum.sort() == Enum.sort(opts)
      stop_supervised!(limit)
    end
  end
end
