defmodule Thumbnailer.StepsTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Step, Steps}
  alias Thumbnailer.Call.SharedRequest
  alias Thumbnailer.Step.Description

  @tag :real
  @tag :steps
  test "the same step in C++, Rust and AssemblyScript makes the same pixels", %{test: name} do
    languages = [:cpp, :rust, :assemblyscript]

    on =
      start_instance(name,
        workers: 1,
        steps: for(each <- languages, do: {each, step("negative/#{each}")})
      )

    make = &Thumbnailer.make!(sample("photo.jpg"), 80, [on: on, format: :png] ++ &1).data
    [cpp | others] = for each <- languages, do: make.(step: each)
    assert Enum.all?(others, &(&1 == cpp))
    assert cpp != make.([])
    assert make.(step: [:rust, :cpp]) == make.([])
  end

  test "a description is read into parameters" do
    assert {:ok, %{version: "1.0.0", summary: "Does", parameters: [amount, ink]}} =
             Description.parse(
               "step/1 some 1.0.0 Does\namount number 0..1 0.5 How much\nink colour - #ff0000 With what\n"
             )

    assert %{name: "amount", type: :number, min: 0, max: 1, default: 0.5} = amount
    assert %{name: "ink", type: :colour, default: "#ff0000"} = ink
  end

  test "a description that is none is a bad step, with its line" do
    assert {:error, %Error{reason: :bad_step}} = Description.parse("something else")

    assert {:error, %Error{message: message}} =
             Description.parse("step/1 some 1 Does\namount number 1..0 1 How")

    assert message =~ "line 2"
  end

  describe "with the program" do
    @describetag :real
    @describetag :steps

    setup context do
      name = :"#{__MODULE__}#{context.line}"
      {:ok, on: start_instance(name, workers: 1, steps: [duotone: step("duotone")])}
    end

    test "a step of the instance changes the picture", %{on: on} do
      plain = Thumbnailer.make!(sample("photo.jpg"), 100, on: on)
      toned = Thumbnailer.make!(sample("photo.jpg"), 100, on: on, step: {:duotone, strength: 0.8})
      assert toned.data != plain.data
      assert {toned.width, toned.height} == {plain.width, plain.height}
    end

    test "a wrong parameter is an argument error with parameter, value and range", %{on: on} do
      make = &Thumbnailer.make(sample("photo.jpg"), 100, on: on, step: &1)

      assert_raise ArgumentError,
                   ~r/parameter strength of step :duotone must be a number from 0 to 1, got: 2/,
                   fn ->
                     make.({:duotone, strength: 2})
                   end

      assert_raise ArgumentError, ~r/no parameter :power; it has strength, dark, light/, fn ->
        make.({:duotone, power: 2})
      end

      assert_raise ArgumentError, ~r/has no step :sepia; it has :duotone/, fn -> make.(:sepia) end
    end

    test "steps are added, listed and removed while the instance runs", %{on: on} do
      assert {:ok, %Step{name: :polaroid, parameters: [%{name: "border"} | _]}} =
               Steps.add(on, :polaroid, step("polaroid"))

      assert [:duotone, :polaroid] = Enum.map(Steps.list(on), & &1.name)

      framed = Thumbnailer.make!(sample("photo.jpg"), 100, on: on, step: {:polaroid, border: 10})
      assert {framed.width, framed.height} == {120, 125}

      assert :ok = Steps.remove(on, :polaroid)
      assert [:duotone] = Enum.map(Steps.list(on), & &1.name)
    end

    test "the program that takes the place of another has the steps", %{on: on} do
      {:ok, %{os_pid: os_pid}} = Thumbnailer.info(on)
      System.cmd("kill", ["-KILL", "#{os_pid}"])

      assert {:ok, _toned} =
               Thumbnailer.make(sample("photo.jpg"), 100, on: on, step: :duotone, retries: 3)
    end

    test "each output of several has its own steps", %{on: on} do
      assert [toned, plain] =
               Thumbnailer.make_many!(sample("photo.jpg"), [{100, step: :duotone}, 100], on: on)

      assert toned.data != plain.data

      assert toned.data ==
               Thumbnailer.make!(sample("photo.jpg"), 100, on: on, step: :duotone).data
    end

    test "requests that are under way together are one while they name the same module", %{on: on} do
      key = fn ->
        {request, on} =
          Thumbnailer.Request.make!(sample("photo.jpg"), [100],
            on: on,
            step: {:duotone, strength: 1}
          )

        SharedRequest.key(on, request)
      end

      before = key.()
      assert key.() == before
      assert {:ok, _step} = Steps.add(on, :duotone, {:bytes, changed_step("duotone")})
      assert key.() != before
    end

    test "a step is translated by the program of its instance, not by another", %{line: line} do
      on = start_instance(:"#{__MODULE__}#{line}tools", workers: 1, executable: without_tools())

      assert {:error, %Error{reason: :untranslated, message: message}} =
               Steps.add(on, :duotone, {:bytes, changed_step("duotone")})

      assert message =~ "apt-get install"
    end

    test "the process of the instance that takes the place of another has the steps", %{on: on} do
      assert {:ok, _step} = Steps.add(on, :polaroid, step("polaroid"))
      pid = GenServer.whereis(on)
      Process.exit(pid, :kill)
      eventually("there is no other", fn -> GenServer.whereis(on) not in [nil, pid] end)

      assert {:ok, %{}} =
               Thumbnailer.make(sample("photo.jpg"), 100, on: on, step: [:duotone, :polaroid])

      assert :ok = Steps.remove(on, :polaroid)
      assert [:duotone] = Enum.map(Steps.list(on), & &1.name)
    end

    test "a file that is no step is an error that says why", %{on: on} do
      assert {:error, %Error{reason: :bad_step}} = Steps.add(on, :noise, {:bytes, "no module"})
    end
  end
end
