defmodule Thumbnailer.ApplicationTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures
  import Thumbnailer.Shell

  test "a default instance is there, and costs no program until it is used" do
    assert [%{id: Thumbnailer, type: :supervisor, start: {_, _, [opts]}}] =
             Thumbnailer.Application.children([])

    assert opts[:lazy]
    assert Process.whereis(Thumbnailer)
  end

  test "an unused lazy instance has no program", %{test: name} do
    start_fake(name, "echo", lazy: true)
    assert {:ok, %{state: :idle, os_pid: nil, program: nil} = stats} = Thumbnailer.stats(name)
    assert %{workers: nil, memory: nil, latency: %{p50: nil, p95: nil, p99: nil}} = stats
    assert {:ok, _} = Thumbnailer.make({:bytes, "x"}, 1, on: name)
    assert {:ok, %{state: :up}} = Thumbnailer.stats(name)
  end

  test "the configuration gives it options, or leaves it out" do
    assert [%{start: {_, _, [opts]}}] = Thumbnailer.Application.children(workers: 4)
    assert opts[:workers] == 4
    assert Thumbnailer.Application.children(false) == []
  end

  test "a configuration that is not understood raises, and says where its options stand" do
    assert Thumbnailer.Application.check!(default: false, included_applications: []) == :ok

    for {env, message} <- [
          {[workers: 4],
           ~r/config :thumbnailer, workers: 4 is not understood; options .* stand in default: \[workers: ...\]/},
          {[defualt: []],
           ~r/config :thumbnailer, defualt: \[\] is not understood; it may have :default, :precompiled/}
        ] do
      assert_raise ArgumentError, message, fn -> Thumbnailer.Application.check!(env) end
    end

    for wrong <- [true, nil, %{workers: 4}, [name: Other]] do
      assert_raise ArgumentError,
                   ~r/config :thumbnailer, default: must be false or options/,
                   fn ->
                     Thumbnailer.Application.children(wrong)
                   end
    end

    assert_raise ArgumentError, ~r/option :workers must be/, fn ->
      Thumbnailer.Application.children(workers: 0)
    end
  end

  # The configuration as flags of the emulator: those of `config/*.exs` and of a release come the same way into its environment.
  test "with a configuration that is not understood the application does not start, and says why" do
    top = folder()

    start = fn configuration ->
      flags = ~s(--erl "-thumbnailer #{configuration}")
      call = "IO.inspect(Application.ensure_all_started(:thumbnailer))"
      {output, errors, 0} = shell("#{elixir()} #{flags} -e '#{call}'", top)
      output <> errors
    end

    assert start.("default false") =~ "{:ok, ["

    for {configuration, message} <- [
          {"workers 4", "config :thumbnailer, workers: 4 is not understood"},
          {"default true", "config :thumbnailer, default: must be false or options"},
          {"default [{workers,0}]", "option :workers must be"}
        ] do
      said = start.(configuration)
      assert said =~ "{:error"
      assert said =~ message
    end
  end
end
